é = 1
ﬁ = 2  # the ligature is the two letters fi
变量.属性 = 变量
from é.ﬁ import ª as º
𝐱 = x
def ſ(): pass
