# SPDX-License-Identifier: Apache-2.0
"""What is said to whoever cannot complain so, and what they can do instead."""

from __future__ import annotations

from collections.abc import Sequence

from guiju.kernel import Invalid, NotFound, Refused, Text, Unavailable

_ELSEWHERE = Text(
    zh="也可改用电话、信函等其他渠道，或直接向主管部门投诉。",
    en="You may also use another of our ways, or turn to the authorities.",
)


def text_missing() -> Invalid:
    """A complaint that says nothing."""
    return Invalid(
        "complaint-empty",
        Text(zh="还没有写明投诉的内容。", en="It does not say yet what is wrong."),
        Text(zh="请用几句话说明。", en="Say it in a few sentences."),
        param="text",
        article=15,
    )


def too_long(param: str, most: int) -> Invalid:
    """A field that holds too much."""
    return Invalid(
        "field-too-long",
        Text(zh=f"{param} 过长。", en=f"{param} is too long."),
        Text(
            zh=f"最多 {most} 个字符；其余可作为附件。",
            en=f"At most {most} characters; attach the rest.",
        ),
        param=param,
    )


def harm_missing() -> Invalid:
    """A record without the harm that is in it."""
    return Invalid(
        "harm-missing",
        Text(zh="写了记录编号，没有写哪种风险。", en="A record is named, but no harm in it."),
        Text(zh="请选择风险，或删去编号。", en="Choose the harm, or take the number out."),
        param="harm",
        article=15,
    )


def harm_not_upheld() -> Invalid:
    """A harm in a complaint that is not found to be right."""
    return Invalid(
        "harm-not-upheld",
        Text(zh="投诉不成立，却写了风险。", en="A harm is named, but the complaint is not upheld."),
        Text(zh="请改结论，或不选风险。", en="Change the outcome, or leave the harm out."),
        param="harm",
        article=15,
    )


def record_unknown(number: str) -> Invalid:
    """A number under which nothing is recorded."""
    return Invalid(
        "record-unknown",
        Text(
            zh=f"没有编号为 {number[:80] or '—'} 的记录，风险无处可记。",
            en=f"No record {number[:80] or '—'} is kept, so there is nothing the harm is in.",
        ),
        Text(
            zh="请填请求编号（req_…）或图片、声音、视频的编号；若无记录，请不选风险。",
            en="Give the number of the request (req_...) or of a picture, sound or film; where "
            "there is no record, leave the harm out.",
        ),
        param="record",
        article=15,
    )


def unreadable(param: str) -> Invalid:
    """A field with signs that cannot be kept."""
    return Invalid(
        "field-unreadable",
        Text(
            zh=f"{param} 含有无法保存的字符。", en=f"{param} holds a character that cannot be kept."
        ),
        Text(
            zh="请删去看不见的字符，或重新手工输入。",
            en="Remove characters that cannot be seen, or type it by hand.",
        ),
        param=param,
    )


def unknown_choice(param: str, choices: Sequence[str]) -> Invalid:
    """A word that is none of the choices."""
    return Invalid(
        "choice-unknown",
        Text(zh=f"{param} 不在可选范围内。", en=f"{param} is none of the choices."),
        Text(zh=f"请选择：{'、'.join(choices)}。", en=f"Choose one of {', '.join(choices)}."),
        param=param,
    )


def receipt_unknown() -> NotFound:
    """No complaint has this code, or it opens nothing any more."""
    return NotFound(
        "receipt-unknown",
        Text(
            zh="没有对应此查询码的投诉，或查询期限已过。",
            en="No complaint has this receipt code, or the time to follow it is over.",
        ),
        Text(
            zh="请核对数字；遗失查询码时，可通过公布的渠道联系我们，或重新投诉。",
            en="Check the digits. If it is lost, use one of our ways, or complain anew.",
        ),
        param="receipt",
        article=15,
    )


def too_many(seconds: int) -> Refused:
    """One address has complained so often that others would not be heard."""
    return Refused(
        "complaints-too-many",
        Text(
            zh="来自此网络地址的投诉在一小时内过多，本次未被接收。",
            en="Too many complaints came from this address within an hour; this one was not taken.",
        ),
        Text(zh=f"请稍后再试。{_ELSEWHERE.zh}", en=f"Try again later. {_ELSEWHERE.en}"),
        status=429,
        retry_after=seconds,
        article=15,
    )


def too_many_codes(seconds: int) -> Refused:
    """One address has tried too many codes."""
    return Refused(
        "receipts-too-many",
        Text(
            zh="来自此网络地址的错误查询码过多。",
            en="Too many wrong receipt codes came from this address.",
        ),
        Text(zh="请一小时后再试。", en="Try again in an hour."),
        status=429,
        retry_after=seconds,
        article=15,
    )


def attachments_paused() -> Unavailable:
    """There is no room for more attachments today."""
    return Unavailable(
        "attachments-paused",
        Text(
            zh="今天收到的附件过多，暂不接收附件。",
            en="Too much was attached today; no more is taken.",
        ),
        Text(
            zh="请不带附件提交，之后可在补充时再附。",
            en="Send it without attachments; you can be asked for them later.",
        ),
        param="file1",
    )


def attachments_too_many(most: int) -> Invalid:
    """More files than are kept."""
    return Invalid(
        "attachments-too-many",
        Text(zh=f"附件超过 {most} 个。", en=f"There are more than {most} attachments."),
        Text(zh=f"请最多附 {most} 个文件。", en=f"Attach {most} files at most."),
        param="file1",
    )


def attachment_too_large(ordinal: int, most: int) -> Invalid:
    """A file that is too large."""
    return Invalid(
        "attachment-too-large",
        Text(
            zh=f"第 {ordinal} 个附件超过 {most} MB。", en=f"Attachment {ordinal} exceeds {most} MB."
        ),
        Text(
            zh="请缩小文件，或在文字中给出它的位置。",
            en="Make it smaller, or say in words where it can be found.",
        ),
        param=f"file{ordinal}",
        status=413,
    )


def attachment_kind(ordinal: int, kinds: Sequence[str]) -> Invalid:
    """A file of another kind than are kept."""
    return Invalid(
        "attachment-kind",
        Text(
            zh=f"第 {ordinal} 个附件的内容不是可接收的类型。",
            en=f"Attachment {ordinal} is not of a kind that is taken, whatever its name.",
        ),
        Text(zh=f"可接收：{'、'.join(kinds)}。", en=f"These are: {', '.join(kinds)}."),
        param=f"file{ordinal}",
    )


def file_unreadable(path: str) -> Invalid:
    """A file of the command line that is not there."""
    return Invalid(
        "file-unreadable",
        Text(zh=f"无法读取 {path[:200]}。", en=f"{path[:200]} cannot be read."),
        Text(zh="请检查路径和权限。", en="Check its path and rights."),
    )


def attachment_unknown() -> NotFound:
    """No such file belongs to this complaint."""
    return NotFound(
        "attachment-unknown",
        Text(zh="没有这个附件。", en="There is no such attachment."),
        Text(zh="请从投诉页面进入。", en="Start from the page of the complaint."),
    )


def not_a_handler() -> Refused:
    """Whoever asks does not handle complaints."""
    return Refused(
        "role-needed",
        Text(
            zh="登记投诉须由审核员或内容安全负责人办理。",
            en="To enter a complaint takes the role reviewer or safety officer.",
        ),
        Text(zh="请由具备该岗位的人员办理。", en="Ask someone who holds that role."),
    )


def words_missing(param: str) -> Invalid:
    """An answer or reason that says nothing."""
    return Invalid(
        "words-missing",
        Text(zh="还没有写内容。", en="Nothing was written yet."),
        Text(zh="请用几句话说明。", en="Say it in a few sentences."),
        param=param,
    )
