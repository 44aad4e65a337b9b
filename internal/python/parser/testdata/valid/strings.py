'a' "b" '''c''' """d"""
'it\'s' "say \"so\"" '"' "'" '\'"'
'\a\b\f\n\r\t\v\\\'\"\0\12\377\x41\u00e9\U0001F600\N{BULLET}\N{HANGUL SYLLABLE GAG}\N{cjk unified ideograph-4e00}\N{LINE FEED}'
'not an escape: \d \ \%'
r'raw \n \' ' R"raw"
b'bytes \x00\xff\101\n \u0041' B'b' rb'\x' Rb'\n' bR"x"
u'kind' U'none' 'x' u'y'
u'first' 'second'
'one ' 'two ' \
    'three'
('a'
 # comment
 'b')
'''several
lines \
joined'''
'\ud800' '\udfff'
'é ü € 😀 ​  '
'tab	inside'
''
"" ''
"""'"quotes"'"""
'\
'
'\8'
