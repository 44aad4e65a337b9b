// Package token names the kinds of tokens of Python's lexical grammar.
//
// Keywords are contiguous and in the order of ast's first known symbols, so that the scanner turns an interned name
// into its keyword by one addition. Soft keywords (match, case, type, lazy, _) are plain names: only the grammar knows.
package token

// Kind of a token.
type Kind uint8

const (
	Invalid Kind = iota // after a fault: matches nothing, so that the parser unwinds
	EOF
	Newline
	Indent
	Dedent
	Name
	Number
	String
	FString // the start of an f-string; the parser scans its middle
	TString

	LParen
	RParen
	LBracket
	RBracket
	LBrace
	RBrace
	Comma
	Colon
	Semicolon
	Dot
	Ellipsis
	Arrow
	Walrus
	Exclamation
	At
	Assign

	Plus
	Minus
	Star
	Slash
	Percent
	Pipe
	Caret
	Amper
	DoubleSlash
	DoubleStar
	LeftShift
	RightShift
	Tilde

	Less
	Greater
	LessEqual
	GreaterEqual
	EqEqual
	NotEqual

	PlusAssign // augmented assignments: contiguous, in the order of package parser's augOperators
	MinusAssign
	StarAssign
	SlashAssign
	PercentAssign
	PipeAssign
	CaretAssign
	AmperAssign
	DoubleSlashAssign
	DoubleStarAssign
	LeftShiftAssign
	RightShiftAssign
	AtAssign

	False // keywords
	None
	True
	And
	As
	Assert
	Async
	Await
	Break
	Class
	Continue
	Def
	Del
	Elif
	Else
	Except
	Finally
	For
	From
	Global
	If
	Import
	In
	Is
	Lambda
	Nonlocal
	Not
	Or
	Pass
	Raise
	Return
	Try
	While
	With
	Yield

	Count
)

var names = [Count]string{
	Invalid: "invalid", EOF: "end of file", Newline: "end of line", Indent: "indent", Dedent: "dedent", Name: "name",
	Number: "number", String: "string", FString: "f-string", TString: "t-string",
	LParen: "(", RParen: ")", LBracket: "[", RBracket: "]", LBrace: "{", RBrace: "}", Comma: ",", Colon: ":",
	Semicolon: ";", Dot: ".", Ellipsis: "...", Arrow: "->", Walrus: ":=", Exclamation: "!", At: "@", Assign: "=",
	Plus: "+", Minus: "-", Star: "*", Slash: "/", Percent: "%", Pipe: "|", Caret: "^", Amper: "&", DoubleSlash: "//",
	DoubleStar: "**", LeftShift: "<<", RightShift: ">>", Tilde: "~",
	Less: "<", Greater: ">", LessEqual: "<=", GreaterEqual: ">=", EqEqual: "==", NotEqual: "!=",
	PlusAssign: "+=", MinusAssign: "-=", StarAssign: "*=", SlashAssign: "/=", PercentAssign: "%=", PipeAssign: "|=",
	CaretAssign: "^=", AmperAssign: "&=", DoubleSlashAssign: "//=", DoubleStarAssign: "**=", LeftShiftAssign: "<<=",
	RightShiftAssign: ">>=", AtAssign: "@=",
	False: "False", None: "None", True: "True", And: "and", As: "as", Assert: "assert", Async: "async", Await: "await",
	Break: "break", Class: "class", Continue: "continue", Def: "def", Del: "del", Elif: "elif", Else: "else",
	Except: "except", Finally: "finally", For: "for", From: "from", Global: "global", If: "if", Import: "import",
	In: "in", Is: "is", Lambda: "lambda", Nonlocal: "nonlocal", Not: "not", Or: "or", Pass: "pass", Raise: "raise",
	Return: "return", Try: "try", While: "while", With: "with", Yield: "yield",
}

// String is the token's spelling, or a description of the tokens that have none.
func (k Kind) String() string { return names[k] }

// Keyword reports whether k is a keyword.
func (k Kind) Keyword() bool { return k >= False && k <= Yield }
