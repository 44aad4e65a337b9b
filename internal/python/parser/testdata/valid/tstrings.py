t''
t'a{b}c' T"{b!r:>{c}}"
t'{a=}' t'{ a  }' t'{a + b!s}' t'{a:{b=}}'
t'a' t'b{c}' t"d"
tr'\n{a}' Rt'\d'
t'{{}}{a}'
t'{t'{a}'}'
f'{t'{a}'}'
t'{f'{a}'}'
t'''{
  a
}'''
t'''{ # comment
 a # '#' twice
 =!r} {b['#']=}'''
t'{ a = }' t'{a	:x}'
