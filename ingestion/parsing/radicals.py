"""Radicals as the characters that they look like: copying from a PDF confuses the two.

Unicode's compatibility forms (NFKC) cover the Kangxi radicals (U+2F00–2FD5), but not those of U+2E80–2EF3, which are
listed here after EquivalentUnifiedIdeograph.txt of the Unicode Character Database. Does not belong here: other folding
(`texts`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

_KANGXI = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_SUPPLEMENT = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇几⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕彐⺖忄⺗㣺⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪疋"
    "⺫罒⺬示⺭礻⺮竹⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉪⺶羊⺷羊⺸羋⺹耂⺺肀⺻聿⺼肉⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻒镸⻓长⻔门⻕阜"
    "⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞食⻟飠⻠饣⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
RADICALS: Mapping[int, str] = {
    **_KANGXI,
    **{ord(radical): char for radical, char in zip(_SUPPLEMENT[::2], _SUPPLEMENT[1::2], strict=True)},
}
