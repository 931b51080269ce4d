# SPDX-License-Identifier: Apache-2.0
"""The words for what a statement says by a word of its own, in both languages."""

from __future__ import annotations

from guiju.kernel import Text
from guiju.profile.model import VersionState
from guiju.profile.offering import Modality, Reach
from guiju.profile.parts import AudienceKind, FilingKind, Origin, WayKind
from guiju.profile.scope import OfferedFrom, SpecialField, Tier, Use

STATES = {
    VersionState.DRAFT: Text(zh="草稿", en="draft"),
    VersionState.PROPOSED: Text(zh="待批准", en="waits for approval"),
    VersionState.PUBLISHED: Text(zh="已公布", en="published"),
    VersionState.REJECTED: Text(zh="已驳回", en="rejected"),
}
AUDIENCES = {
    AudienceKind.PUBLIC: Text(zh="公众", en="the public"),
    AudienceKind.ADULTS: Text(zh="成年人", en="adults"),
    AudienceKind.ORGANISATIONS: Text(zh="单位用户", en="organisations"),
}
ORIGINS = {
    Origin.OWN: Text(zh="自有模型", en="own model"),
    Origin.TUNED: Text(zh="在他方模型上调优", en="tuned from another's model"),
    Origin.THIRD_PARTY: Text(zh="第三方模型", en="another party's model"),
}
FILINGS = {
    FilingKind.GENAI_FILING: Text(
        zh="生成式人工智能服务备案号", en="Filing number of the generative AI service"
    ),
    FilingKind.GENAI_REGISTRATION: Text(
        zh="生成式人工智能应用登记号", en="Registration number of the generative AI application"
    ),
    FilingKind.ALGORITHM_FILING: Text(zh="算法备案号", en="Algorithm filing number"),
    FilingKind.ICP: Text(zh="ICP 备案号", en="ICP number"),
    FilingKind.PERMIT: Text(zh="行政许可", en="Permit"),
}
WAYS = {
    WayKind.PHONE: Text(zh="电话", en="Telephone"),
    WayKind.EMAIL: Text(zh="电子邮件", en="E-mail"),
    WayKind.WEB: Text(zh="网上", en="On the web"),
    WayKind.SMS: Text(zh="短信", en="Text message"),
    WayKind.POST: Text(zh="信函", en="Post"),
}
MODALITIES = {
    Modality.TEXT: Text(zh="文本", en="text"),
    Modality.IMAGES: Text(zh="图片", en="images"),
    Modality.AUDIO: Text(zh="音频", en="audio"),
    Modality.VIDEO: Text(zh="视频", en="video"),
    Modality.VECTORS: Text(zh="向量", en="vectors"),
}
REACHES = {
    Reach.WEB: Text(zh="网页", en="web pages"),
    Reach.APP: Text(zh="应用程序", en="an app"),
    Reach.API: Text(zh="接口", en="an API"),
    Reach.MINI_PROGRAM: Text(zh="小程序", en="a mini program"),
    Reach.DEVICE: Text(zh="端侧设备", en="a device"),
}
USES = {
    Use.PUBLIC: Text(zh="面向境内公众", en="offered to the public"),
    Use.INTERNAL: Text(zh="仅供内部使用", en="for internal use only"),
}
TIERS = {
    Tier.LOW: Text(zh="低", en="low"),
    Tier.MEDIUM: Text(zh="中", en="medium"),
    Tier.HIGH: Text(zh="高", en="high"),
}
FIELDS = {
    SpecialField.NEWS: Text(zh="新闻", en="news"),
    SpecialField.FILM: Text(zh="影视制作", en="film and television"),
    SpecialField.PUBLISHING: Text(zh="文艺创作、出版", en="literature and publishing"),
    SpecialField.CRITICAL_INFRASTRUCTURE: Text(
        zh="关键信息基础设施", en="critical information infrastructure"
    ),
    SpecialField.CONTROL: Text(zh="自动控制", en="automatic control"),
    SpecialField.MEDICINE: Text(zh="医疗信息", en="medicine"),
    SpecialField.PSYCHOLOGY: Text(zh="心理咨询", en="psychology"),
    SpecialField.FINANCE: Text(zh="金融", en="finance"),
}
PLACES = {
    OfferedFrom.MAINLAND: Text(zh="境内", en="mainland China"),
    OfferedFrom.ABROAD: Text(zh="境外", en="abroad"),
}
