# SPDX-License-Identifier: Apache-2.0
"""What the stable words of a report mean, for people (Article 12)."""

from __future__ import annotations

from guiju.kernel import Text
from guiju.labelling.report import LabelVerdict

_VERDICTS = {
    LabelVerdict.VALID: Text(
        zh="带有人工智能生成标识，未发现问题。",
        en="It carries a label of AI-generated content, and nothing is wrong with it.",
    ),
    LabelVerdict.INVALID: Text(
        zh="带有人工智能生成标识，但有问题。",
        en="It carries a label of AI-generated content, but something is wrong with it.",
    ),
    LabelVerdict.ABSENT: Text(
        zh="没有找到人工智能生成标识。没有标识，不等于不是人工智能生成。",
        en="No label of AI-generated content was found. That does not show that it is not "
        "generated.",
    ),
    LabelVerdict.INCONCLUSIVE: Text(
        zh="未能读完，因此不下结论。",
        en="It could not be read to its end, so nothing is concluded.",
    ),
}

_FIELDS = {
    "Label": Text(zh="生成合成属性", en="Whether generated"),
    "ContentProducer": Text(zh="生成服务提供者", en="Who generated it"),
    "ProduceID": Text(zh="内容编号", en="Number of the content"),
    "ReservedCode1": Text(zh="预留字段 1", en="Reserved 1"),
    "ContentPropagator": Text(zh="传播服务提供者", en="Who spread it"),
    "PropagateID": Text(zh="传播编号", en="Number given by that"),
    "ReservedCode2": Text(zh="预留字段 2", en="Reserved 2"),
}

_LABELS = {
    "1": Text(zh="属于人工智能生成", en="is generated"),
    "2": Text(zh="可能为人工智能生成", en="may be generated"),
    "3": Text(zh="疑似人工智能生成", en="is suspected to be generated"),
}

_REASONS = {
    "truncated": Text(zh="文件不完整。", en="The file is cut off."),
    "broken": Text(zh="文件的一部分已损坏。", en="A part of the file is damaged."),
    "limit": Text(zh="元数据过大或过多。", en="There is too much metadata, or too large."),
    "too-large": Text(zh="内容过大。", en="It is too large."),
    "encrypted": Text(zh="文件已加密。", en="The file is encrypted."),
    "another-format": Text(
        zh="内容与文件名所称的格式不符。", en="It is not of the format that its name says."
    ),
    "unsupported": Text(zh="不支持这种格式。", en="This format is not supported."),
    "another-file": Text(
        zh="文件末尾之后还有另一个文件。", en="Behind its end stands another file."
    ),
    "explicit-absent": Text(
        zh="首尾没有显式标识。", en="There is no visible label at its start or end."
    ),
    "explicit-english-only": Text(
        zh="显式标识只有英文，缺少标准规定的要素。",
        en="The visible label is in English only and lacks the standard's elements.",
    ),
    "implicit-absent": Text(zh="没有隐式标识。", en="There is no implicit label."),
    "implicit-repeated": Text(zh="隐式标识不止一份。", en="There is more than one implicit label."),
    "unreadable": Text(zh="标识无法解析。", en="A label cannot be parsed."),
    "checksum": Text(
        zh="标识所在数据块的校验码不符。", en="The checksum of a label's part is wrong."
    ),
    "provider-code-wrong": Text(
        zh="{detail}：服务提供者编码有误。", en="{detail}: the provider code is wrong."
    ),
    "not-a-label-value": Text(
        zh="{detail}：取值不是 1、2、3。", en="{detail}: its value is not 1, 2 or 3."
    ),
    "empty": Text(zh="{detail}：为空。", en="{detail}: it is empty."),
    "charset": Text(
        zh="{detail}：含有标准不允许的字符。",
        en="{detail}: it has characters that are not allowed.",
    ),
    "misspelt": Text(zh="{detail}：字段名拼写有误。", en="{detail}: the field's name is misspelt."),
    "repeated": Text(zh="{detail}：重复出现。", en="{detail}: it stands there twice."),
    "not-text": Text(zh="{detail}：取值不是字符串。", en="{detail}: its value is no text."),
    "missing": Text(zh="{detail}：缺少此字段。", en="{detail}: the field is missing."),
    "unknown": Text(
        zh="{detail}：标准没有此字段。", en="{detail}: the standard has no such field."
    ),
    "order": Text(zh="字段顺序与标准不符。", en="The fields are not in the standard's order."),
    "signature-failed": Text(
        zh="{detail}：签名与标识不符，或并非由所附公钥签署。",
        en="{detail}: the signature does not belong to this label, or to the key beside it.",
    ),
    "content-other": Text(
        zh="内容与签名时的内容不同。", en="The content is not the one that was signed."
    ),
    "watermark-other": Text(
        zh="画面中的水印属于另一个内容编号：标识可能被放到了别的图片上。",
        en="The watermark in the picture is of another number: the label may have been put on it.",
    ),
    "watermark-alone": Text(
        zh="画面中有水印，但标识已经不在。",
        en="There is a watermark in the picture, and its label is gone.",
    ),
    "c2pa-invalid": Text(
        zh="C2PA 清单与内容不符：签名之后文件被改动，或签名无效。",
        en="Its C2PA manifest does not hold: the file was changed, or the signature is wrong.",
    ),
    "c2pa-contradicts": Text(
        zh="C2PA 清单称由相机拍摄，标识却称由人工智能生成。",
        en="Its C2PA manifest says that a camera took it, and its label that it is generated.",
    ),
    "place": Text(
        zh="标识位于 {detail}，不是指南规定的位置。",
        en="A label stands in {detail}, which is not the place of the guide.",
    ),
    "namespace": Text(
        zh="{detail} 中标识的命名空间有误。", en="The namespace of the label in {detail} is wrong."
    ),
}


_TRUST = {
    ("signature", "verified"): Text(
        zh="由此处公布的密钥签署：确为所写的服务提供者。",
        en="Signed with a key that is published here: it is of the provider that it names.",
    ),
    ("signature", "integrity-only"): Text(
        zh="签名与文件内所附公钥相符：标识未被改动；由谁签署，无从得知。",
        en="The signature fits the key beside it: the label was not changed; who signed is open.",
    ),
    ("signature", "failed"): Text(
        zh="签名与标识不符。", en="The signature does not belong to this label."
    ),
    ("signature", "unsupported"): Text(
        zh="签名方式未知，因此不作判断。",
        en="It is signed in a way that is not known here, so nothing is concluded.",
    ),
    ("signature", "absent"): Text(zh="未签名。", en="It is not signed."),
    ("content", "verified"): Text(
        zh="内容与签名时一致，由此处公布的密钥证明。",
        en="The content is the one that was signed, by a key that is published here.",
    ),
    ("content", "integrity-only"): Text(
        zh="内容与签名时一致。", en="The content is the one that was signed."
    ),
    ("content", "failed"): Text(
        zh="内容与签名时不同。", en="The content is not the one that was signed."
    ),
    ("content", "unsupported"): Text(
        zh="标识与内容的绑定方式未知，因此不作判断。",
        en="It is bound to its content in a way that is not known here.",
    ),
    ("content", "absent"): Text(
        zh="签名未与内容绑定。", en="No signature ties it to this content."
    ),
}


_HIDDEN = {
    "none-found": Text(
        zh="没有找到水印。没有水印，不等于不是人工智能生成。",
        en="None was found. That does not show that it is not generated.",
    ),
    "found": Text(zh="画面中有水印。", en="There is a watermark in the picture."),
    "same": Text(
        zh="画面中有水印，与标识中的内容编号一致。",
        en="There is a watermark in the picture, of the number in the label.",
    ),
    "other": Text(
        zh="画面中的水印属于另一个内容编号。",
        en="The watermark in the picture is of another number than the label gives.",
    ),
}


_JUDGEMENTS = {
    "is": Text(zh="属于人工智能生成", en="is generated"),
    "may-be": Text(zh="可能为人工智能生成", en="may be generated"),
    "suspected": Text(zh="疑似人工智能生成", en="is suspected to be generated"),
}


_MANIFESTS = {
    "verified": Text(
        zh="有 C2PA 清单，由受信任的机构担保，内容与签名时一致。",
        en="It has a C2PA manifest that holds, by somebody whom a trusted authority vouches for.",
    ),
    "untrusted": Text(
        zh="有 C2PA 清单，内容与签名时一致；由谁签署，无从得知。",
        en="It has a C2PA manifest that holds; who signed it is open.",
    ),
    "invalid": Text(zh="C2PA 清单与内容不符。", en="It has a C2PA manifest that does not hold."),
}


def judgement_in_words(value: str) -> Text | None:
    """What a platform tells its users by the axis `judgement`; None: it has nothing to tell."""
    return _JUDGEMENTS.get(value)


def manifest_in_words(value: str) -> Text | None:
    """What a value of the axis `c2pa` says; None where there is none, or nobody has looked."""
    return _MANIFESTS.get(value)


def watermark_in_words(value: str) -> Text | None:
    """What a value of the axis `watermark` says; None where nobody has looked."""
    return _HIDDEN.get(value)


def trust_in_words(axis: str, value: str) -> Text | None:
    """What a value of the axes `signature`, `propagator`, `content` says; None: nothing to say."""
    return _TRUST.get(("signature" if axis == "propagator" else axis, value))


def verdict_in_words(verdict: LabelVerdict) -> Text:
    """One sentence for a verdict."""
    return _VERDICTS[verdict]


def reason_in_words(reason: str) -> Text:
    """One sentence for a reason of a report; an unknown one is shown as it is."""
    word, _, detail = reason.partition(":")
    said = _REASONS.get(word)
    return Text(zh=reason, en=reason) if said is None else said.format(detail=detail)


def field_in_words(name: str) -> Text:
    """What one of the seven fields says."""
    return _FIELDS[name]


def label_in_words(value: str) -> Text | None:
    """What a value of the field Label says; None: the standard does not know it."""
    return _LABELS.get(value)
