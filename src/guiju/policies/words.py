# SPDX-License-Identifier: Apache-2.0
"""The words of a policy as people read them, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from guiju.kernel import Text
from guiju.policies.model import PolicyState
from guiju.screening.personal import Kind

LANGUAGES = ("zh", "en")
STATES = {
    PolicyState.DRAFT: Text(zh="草稿", en="draft"),
    PolicyState.PROPOSED: Text(zh="待批准", en="proposed"),
    PolicyState.ACTIVE: Text(zh="生效中", en="in force"),
    PolicyState.REJECTED: Text(zh="已驳回", en="rejected"),
    PolicyState.SUPERSEDED: Text(zh="已被取代", en="superseded"),
}
ACTIONS: Mapping[str, Text] = {
    "block": Text(zh="阻断", en="block"),
    "refuse": Text(zh="拒答", en="refuse"),
    "review": Text(zh="送审", en="review"),
    "mask": Text(zh="遮盖", en="mask"),
    "pass": Text(zh="放行", en="let pass"),
}
SCOPES: Mapping[str, Text] = {
    "input": Text(zh="输入", en="input"),
    "output": Text(zh="输出", en="output"),
    "training": Text(zh="训练数据", en="training data"),
}
PLACES = {
    "end": Text(zh="回答末尾", en="at the end of the answer"),
    "start": Text(zh="回答开头", en="at the start of the answer"),
    "interface": Text(zh="由界面展示", en="shown by the interface"),
}
REPLIES = {
    "answer": Text(zh="以普通回答的形式给出拒答语", en="a normal answer with the refusal text"),
    "error": Text(zh="返回错误", en="an error"),
}
AUDIENCES: Mapping[str, Text] = {
    "all": Text(zh="所有人", en="everybody"),
    "general": Text(zh="未成年人以外的人", en="all but minors"),
    "minors": Text(zh="未成年人", en="minors"),
}
DETECTORS: Mapping[str, Text] = {
    "lexicon": Text(zh="词条", en="lexicon"),
    "personal": Text(zh="个人信息", en="personal information"),
    "classifier": Text(zh="分类器", en="classifier"),
    "guard": Text(zh="护栏模型", en="guard models"),
}
MODES: Mapping[str, Text] = {
    "strict": Text(zh="全文审查之后才放出", en="nothing leaves before the whole answer was judged"),
    "balanced": Text(zh="每段审查之后放出", en="each passage leaves once it was judged"),
    "fast": Text(
        zh="立即放出，判定不可后撤回", en="passages leave at once and are withdrawn if condemned"
    ),
}
# The five classes of Annex A of GB/T 45654-2025.
CLASSES: Mapping[str, Text] = {
    "A1*": Text(zh="违反社会主义核心价值观", en="against core socialist values"),
    "A2*": Text(zh="歧视", en="discrimination"),
    "A3*": Text(zh="商业违法违规", en="commercial violations"),
    "A4*": Text(zh="侵犯他人合法权益", en="infringing other people's rights"),
    "A5*": Text(
        zh="不能满足特定高要求服务的安全需求", en="unfit for services with special safety needs"
    ),
}
KINDS: Mapping[Kind, Text] = {
    "resident-id": Text(zh="居民身份证号", en="resident identity number"),
    "bank-card": Text(zh="银行卡号", en="bank card"),
    "mobile": Text(zh="手机号", en="mobile number"),
    "landline": Text(zh="固定电话", en="landline"),
    "hotline": Text(zh="400、800 热线（属单位）", en="400 and 800 numbers (organisations)"),
    "passport": Text(zh="护照号", en="passport"),
    "hong-kong-macau-permit": Text(
        zh="港澳通行证、回乡证", en="Hong Kong and Macau travel permits"
    ),
    "taiwan-permit": Text(zh="台胞证、赴台通行证", en="Taiwan travel permits"),
    "plate": Text(zh="车牌号", en="number plate"),
    "email": Text(zh="电子邮箱", en="e-mail"),
    "ip": Text(zh="IP 地址", en="IP address"),
    "mac": Text(zh="MAC 地址", en="MAC address"),
    "wechat": Text(zh="微信号", en="WeChat account"),
    "qq": Text(zh="QQ 号", en="QQ account"),
    "address": Text(zh="住址", en="postal address"),
    "name": Text(zh="姓名", en="name"),
    "credit-code": Text(zh="统一社会信用代码（属单位）", en="credit code (organisations)"),
}


def listed(words: Iterable[Text]) -> Text:
    """Some words, one after the other."""
    every = list(words)
    return Text(zh="、".join(one.zh for one in every), en=", ".join(one.en for one in every))


def plain(word: str) -> Text:
    """What is the same in every language."""
    return Text(zh=word, en=word)
