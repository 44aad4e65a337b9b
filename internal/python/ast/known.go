package ast

// Known symbols have the same number in every file. The keywords come first, in the order of package token; a name is
// added here when a pass compares with it.
const (
	_ Sym = iota
	SymFalse
	SymNone
	SymTrue
	SymAnd
	SymAs
	SymAssert
	SymAsync
	SymAwait
	SymBreak
	SymClass
	SymContinue
	SymDef
	SymDel
	SymElif
	SymElse
	SymExcept
	SymFinally
	SymFor
	SymFrom
	SymGlobal
	SymIf
	SymImport
	SymIn
	SymIs
	SymLambda
	SymNonlocal
	SymNot
	SymOr
	SymPass
	SymRaise
	SymReturn
	SymTry
	SymWhile
	SymWith
	SymYield
	SymMatch
	SymCase
	SymType
	SymLazy
	SymUnderscore
	SymSelf
	SymCls
	SymSuper
	SymPrint
	SymExec
	SymDunderInit
	SymDunderName
	SymDunderMain
	SymDunderFile
	SymDunderAll
	SymDunderDoc
	SymDunderFuture
	SymDunderClass
	SymDunderDict
	SymDunderSlots
	SymDunderNew
	SymDunderCall
	SymDunderEnter
	SymDunderExit
	SymDunderAenter
	SymDunderAexit
	SymDunderGetattr
	SymDunderImport
	SymDunderDebug
	SymDunderAnnotations
	SymDunderModule
	SymDunderQualname
	SymDunderPostInit
	SymDunderConditionalAnnotations
	SymDunderClassdict
	SymDunderPath
	SymDunderSpec
	SymDunderPackage
	SymDunderBuiltins
	SymDunderStaticAttributes
	SymDunderFirstlineno
	SymAbs
	SymAiter
	SymAll
	SymAnext
	SymAny
	SymAscii
	SymBin
	SymBool
	SymBreakpoint
	SymBytearray
	SymBytes
	SymCallable
	SymChr
	SymClassmethod
	SymCompile
	SymComplex
	SymDelattr
	SymDict
	SymDir
	SymDivmod
	SymEnumerate
	SymEval
	SymFilter
	SymFloat
	SymFormat
	SymFrozenset
	SymGetattr
	SymGlobals
	SymHasattr
	SymHash
	SymHelp
	SymHex
	SymId
	SymInput
	SymInt
	SymIsinstance
	SymIssubclass
	SymIter
	SymLen
	SymList
	SymLocals
	SymMap
	SymMax
	SymMemoryview
	SymMin
	SymNext
	SymObject
	SymOct
	SymOpen
	SymOrd
	SymPow
	SymProperty
	SymRange
	SymRepr
	SymReversed
	SymRound
	SymSet
	SymSetattr
	SymSlice
	SymSorted
	SymStaticmethod
	SymStr
	SymSum
	SymTuple
	SymVars
	SymZip
	SymBaseException
	SymException
	SymBaseExceptionGroup
	SymExceptionGroup
	SymGeneratorExit
	SymKeyboardInterrupt
	SymSystemExit
	SymArithmeticError
	SymAssertionError
	SymAttributeError
	SymBufferError
	SymEOFError
	SymImportError
	SymModuleNotFoundError
	SymLookupError
	SymIndexError
	SymKeyError
	SymMemoryError
	SymNameError
	SymOSError
	SymIOError
	SymRuntimeError
	SymNotImplementedError
	SymStopIteration
	SymStopAsyncIteration
	SymSyntaxError
	SymSystemError
	SymTypeError
	SymValueError
	SymUnicodeDecodeError
	SymZeroDivisionError
	SymWarning
	SymDeprecationWarning
	SymNotImplemented
	SymTimeoutError
	SymConnectionError
	SymFileNotFoundError
	SymPermissionError
	SymAnnotations
	SymBarryAsFLUFL
	SymTYPECHECKING
	SymTyping
	SymContextlib
	SymFunctools
	SymDataclasses
	SymAsyncio
	SymThreading
	SymOs
	SymSys
	SymTime
	SymLogging
	SymJson
	SymRe
	SymPathlib
	SymSubprocess
	SymRequests
	SymEnviron
	SymGetenv
	SymSleep
	SymTimeout
	SymJoin
	SymAppend
	SymGet
	SymPost
	SymPut
	SymDelete
	SymRun
	SymStart
	SymWait
	SymArgs
	SymKwargs
	SymName
	SymValue
	SymKey
	SymData
	SymPath
	SymAbc
	SymDataclass
	SymOverload
	SymAbstractmethod
	SymWraps
	SymPartial
	SymSuppress
	SymContextmanager
	SymAsynccontextmanager
	SymCachedProperty
	SymLruCache
	SymCache
	SymSetter
	SymGetter
	SymDeleter
	SymThread
	SymProcess
	SymLock
	SymRLock
	SymSubmit
	SymToThread
	SymCreateTask
	SymGather
	SymRunInExecutor
	SymDepends
	SymDelay
	SymAddTask
	SymSignal
	SymFixture

	SymStar // "*", the name in a star import
	// FirstFree is the first symbol that differs from file to file.
	FirstFree
)

// LastKeyword is the last symbol that is a keyword and never an identifier.
const LastKeyword = SymYield

// Known holds the spelling of every known symbol; a File's Names start with it.
var Known = [FirstFree]string{
	SymFalse:                        "False",
	SymNone:                         "None",
	SymTrue:                         "True",
	SymAnd:                          "and",
	SymAs:                           "as",
	SymAssert:                       "assert",
	SymAsync:                        "async",
	SymAwait:                        "await",
	SymBreak:                        "break",
	SymClass:                        "class",
	SymContinue:                     "continue",
	SymDef:                          "def",
	SymDel:                          "del",
	SymElif:                         "elif",
	SymElse:                         "else",
	SymExcept:                       "except",
	SymFinally:                      "finally",
	SymFor:                          "for",
	SymFrom:                         "from",
	SymGlobal:                       "global",
	SymIf:                           "if",
	SymImport:                       "import",
	SymIn:                           "in",
	SymIs:                           "is",
	SymLambda:                       "lambda",
	SymNonlocal:                     "nonlocal",
	SymNot:                          "not",
	SymOr:                           "or",
	SymPass:                         "pass",
	SymRaise:                        "raise",
	SymReturn:                       "return",
	SymTry:                          "try",
	SymWhile:                        "while",
	SymWith:                         "with",
	SymYield:                        "yield",
	SymMatch:                        "match",
	SymCase:                         "case",
	SymType:                         "type",
	SymLazy:                         "lazy",
	SymUnderscore:                   "_",
	SymSelf:                         "self",
	SymCls:                          "cls",
	SymSuper:                        "super",
	SymPrint:                        "print",
	SymExec:                         "exec",
	SymDunderInit:                   "__init__",
	SymDunderName:                   "__name__",
	SymDunderMain:                   "__main__",
	SymDunderFile:                   "__file__",
	SymDunderAll:                    "__all__",
	SymDunderDoc:                    "__doc__",
	SymDunderFuture:                 "__future__",
	SymDunderClass:                  "__class__",
	SymDunderDict:                   "__dict__",
	SymDunderSlots:                  "__slots__",
	SymDunderNew:                    "__new__",
	SymDunderCall:                   "__call__",
	SymDunderEnter:                  "__enter__",
	SymDunderExit:                   "__exit__",
	SymDunderAenter:                 "__aenter__",
	SymDunderAexit:                  "__aexit__",
	SymDunderGetattr:                "__getattr__",
	SymDunderImport:                 "__import__",
	SymDunderDebug:                  "__debug__",
	SymDunderAnnotations:            "__annotations__",
	SymDunderModule:                 "__module__",
	SymDunderQualname:               "__qualname__",
	SymDunderPostInit:               "__post_init__",
	SymDunderConditionalAnnotations: "__conditional_annotations__",
	SymDunderClassdict:              "__classdict__",
	SymDunderPath:                   "__path__",
	SymDunderSpec:                   "__spec__",
	SymDunderPackage:                "__package__",
	SymDunderBuiltins:               "__builtins__",
	SymDunderStaticAttributes:       "__static_attributes__",
	SymDunderFirstlineno:            "__firstlineno__",
	SymAbs:                          "abs",
	SymAiter:                        "aiter",
	SymAll:                          "all",
	SymAnext:                        "anext",
	SymAny:                          "any",
	SymAscii:                        "ascii",
	SymBin:                          "bin",
	SymBool:                         "bool",
	SymBreakpoint:                   "breakpoint",
	SymBytearray:                    "bytearray",
	SymBytes:                        "bytes",
	SymCallable:                     "callable",
	SymChr:                          "chr",
	SymClassmethod:                  "classmethod",
	SymCompile:                      "compile",
	SymComplex:                      "complex",
	SymDelattr:                      "delattr",
	SymDict:                         "dict",
	SymDir:                          "dir",
	SymDivmod:                       "divmod",
	SymEnumerate:                    "enumerate",
	SymEval:                         "eval",
	SymFilter:                       "filter",
	SymFloat:                        "float",
	SymFormat:                       "format",
	SymFrozenset:                    "frozenset",
	SymGetattr:                      "getattr",
	SymGlobals:                      "globals",
	SymHasattr:                      "hasattr",
	SymHash:                         "hash",
	SymHelp:                         "help",
	SymHex:                          "hex",
	SymId:                           "id",
	SymInput:                        "input",
	SymInt:                          "int",
	SymIsinstance:                   "isinstance",
	SymIssubclass:                   "issubclass",
	SymIter:                         "iter",
	SymLen:                          "len",
	SymList:                         "list",
	SymLocals:                       "locals",
	SymMap:                          "map",
	SymMax:                          "max",
	SymMemoryview:                   "memoryview",
	SymMin:                          "min",
	SymNext:                         "next",
	SymObject:                       "object",
	SymOct:                          "oct",
	SymOpen:                         "open",
	SymOrd:                          "ord",
	SymPow:                          "pow",
	SymProperty:                     "property",
	SymRange:                        "range",
	SymRepr:                         "repr",
	SymReversed:                     "reversed",
	SymRound:                        "round",
	SymSet:                          "set",
	SymSetattr:                      "setattr",
	SymSlice:                        "slice",
	SymSorted:                       "sorted",
	SymStaticmethod:                 "staticmethod",
	SymStr:                          "str",
	SymSum:                          "sum",
	SymTuple:                        "tuple",
	SymVars:                         "vars",
	SymZip:                          "zip",
	SymBaseException:                "BaseException",
	SymException:                    "Exception",
	SymBaseExceptionGroup:           "BaseExceptionGroup",
	SymExceptionGroup:               "ExceptionGroup",
	SymGeneratorExit:                "GeneratorExit",
	SymKeyboardInterrupt:            "KeyboardInterrupt",
	SymSystemExit:                   "SystemExit",
	SymArithmeticError:              "ArithmeticError",
	SymAssertionError:               "AssertionError",
	SymAttributeError:               "AttributeError",
	SymBufferError:                  "BufferError",
	SymEOFError:                     "EOFError",
	SymImportError:                  "ImportError",
	SymModuleNotFoundError:          "ModuleNotFoundError",
	SymLookupError:                  "LookupError",
	SymIndexError:                   "IndexError",
	SymKeyError:                     "KeyError",
	SymMemoryError:                  "MemoryError",
	SymNameError:                    "NameError",
	SymOSError:                      "OSError",
	SymIOError:                      "IOError",
	SymRuntimeError:                 "RuntimeError",
	SymNotImplementedError:          "NotImplementedError",
	SymStopIteration:                "StopIteration",
	SymStopAsyncIteration:           "StopAsyncIteration",
	SymSyntaxError:                  "SyntaxError",
	SymSystemError:                  "SystemError",
	SymTypeError:                    "TypeError",
	SymValueError:                   "ValueError",
	SymUnicodeDecodeError:           "UnicodeDecodeError",
	SymZeroDivisionError:            "ZeroDivisionError",
	SymWarning:                      "Warning",
	SymDeprecationWarning:           "DeprecationWarning",
	SymNotImplemented:               "NotImplemented",
	SymTimeoutError:                 "TimeoutError",
	SymConnectionError:              "ConnectionError",
	SymFileNotFoundError:            "FileNotFoundError",
	SymPermissionError:              "PermissionError",
	SymAnnotations:                  "annotations",
	SymBarryAsFLUFL:                 "barry_as_FLUFL",
	SymTYPECHECKING:                 "TYPE_CHECKING",
	SymTyping:                       "typing",
	SymContextlib:                   "contextlib",
	SymFunctools:                    "functools",
	SymDataclasses:                  "dataclasses",
	SymAsyncio:                      "asyncio",
	SymThreading:                    "threading",
	SymOs:                           "os",
	SymSys:                          "sys",
	SymTime:                         "time",
	SymLogging:                      "logging",
	SymJson:                         "json",
	SymRe:                           "re",
	SymPathlib:                      "pathlib",
	SymSubprocess:                   "subprocess",
	SymRequests:                     "requests",
	SymEnviron:                      "environ",
	SymGetenv:                       "getenv",
	SymSleep:                        "sleep",
	SymTimeout:                      "timeout",
	SymJoin:                         "join",
	SymAppend:                       "append",
	SymGet:                          "get",
	SymPost:                         "post",
	SymPut:                          "put",
	SymDelete:                       "delete",
	SymRun:                          "run",
	SymStart:                        "start",
	SymWait:                         "wait",
	SymArgs:                         "args",
	SymKwargs:                       "kwargs",
	SymName:                         "name",
	SymValue:                        "value",
	SymKey:                          "key",
	SymData:                         "data",
	SymPath:                         "path",
	SymAbc:                          "abc",
	SymDataclass:                    "dataclass",
	SymOverload:                     "overload",
	SymAbstractmethod:               "abstractmethod",
	SymWraps:                        "wraps",
	SymPartial:                      "partial",
	SymSuppress:                     "suppress",
	SymContextmanager:               "contextmanager",
	SymAsynccontextmanager:          "asynccontextmanager",
	SymCachedProperty:               "cached_property",
	SymLruCache:                     "lru_cache",
	SymCache:                        "cache",
	SymSetter:                       "setter",
	SymGetter:                       "getter",
	SymDeleter:                      "deleter",
	SymThread:                       "Thread",
	SymProcess:                      "Process",
	SymLock:                         "Lock",
	SymRLock:                        "RLock",
	SymSubmit:                       "submit",
	SymToThread:                     "to_thread",
	SymCreateTask:                   "create_task",
	SymGather:                       "gather",
	SymRunInExecutor:                "run_in_executor",
	SymDepends:                      "Depends",
	SymDelay:                        "delay",
	SymAddTask:                      "add_task",
	SymSignal:                       "signal",
	SymFixture:                      "fixture",
	SymStar:                         "*",
}
