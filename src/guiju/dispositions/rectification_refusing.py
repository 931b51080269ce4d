# SPDX-License-Identifier: Apache-2.0
"""What is said to whoever cannot put something right as they try, and what they can do about it."""

from __future__ import annotations

from collections.abc import Sequence

from guiju.kernel import Conflict, Invalid, Text


def bad_sample(zh: str, en: str) -> Invalid:
    """The sample has no words, or too many."""
    return Invalid(
        "sample-invalid",
        Text(zh=f"样本不可用：{zh}。", en=f"This is no sample: {en}."),
        Text(zh="请改正后重试。", en="Put it right and try again."),
        article=14,
        param="sample",
    )


def samples_frozen(number: str) -> Conflict:
    """Samples are chosen before anything is changed, so that nobody picks those that pass."""
    return Conflict(
        "samples-frozen",
        Text(zh=f"案件 {number} 的样本已冻结。", en=f"The samples of case {number} are frozen."),
        Text(
            zh="需要新样本时请重新整改，并说明理由。",
            en="To add some, open the case again with a reason.",
        ),
        article=14,
        case=number,
    )


def no_such_cure(said: str, known: Sequence[str]) -> Invalid:
    """What is changed is none of those that are known."""
    names = ", ".join(known)
    return Invalid(
        "cure-unknown",
        Text(zh=f"没有整改措施 {said[:40]!r}。", en=f"There is no measure {said[:40]!r}."),
        Text(zh=f"可用：{names}。", en=f"Known are {names}."),
        article=14,
        param="cure",
    )


def nothing_to_try(number: str) -> Conflict:
    """The case has no samples, or stands where trying them would show nothing."""
    return Conflict(
        "regression-idle",
        Text(zh=f"案件 {number} 现在无可测试。", en=f"Case {number} has nothing to try now."),
        Text(
            zh="立案后先加入样本再测试；其后在实施措施后、核实后测试。",
            en="Add samples after opening and try them; then after implementing, then verifying.",
        ),
        article=14,
        case=number,
    )


def rules_changed() -> Conflict:
    """The policy changed while the samples were judged."""
    return Conflict(
        "policy-changed",
        Text(zh="测试期间规则发生变化。", en="The policy changed during the regression."),
        Text(zh="请重新测试。", en="Run it again."),
        article=14,
    )


def no_such_form(said: str, known: Sequence[str]) -> Invalid:
    """No trainer reads data in this form here."""
    names = ", ".join(known)
    return Invalid(
        "export-form-unknown",
        Text(zh=f"没有导出格式 {said[:40]!r}。", en=f"There is no form {said[:40]!r}."),
        Text(zh=f"可用：{names}。", en=f"Known are {names}."),
        article=14,
        param="form",
    )


def nothing_to_export(number: str, form: str) -> Conflict:
    """No sample of the case fits the form, so there is no file."""
    return Conflict(
        "export-empty",
        Text(
            zh=f"案件 {number} 没有可按 {form} 导出的样本。",
            en=f"Case {number} has no sample that fits {form}.",
        ),
        Text(
            zh="只导出工作人员撰写、写有更好回答的样本；偏好数据还须有应拦截的回答。",
            en="It takes a better answer that staff wrote; preferences take a worse one too.",
        ),
        article=14,
        case=number,
    )


def file_stands(name: str) -> Conflict:
    """The file to write is there already."""
    return Conflict(
        "export-file-exists",
        Text(zh=f"文件 {name[:80]} 已存在。", en=f"The file {name[:80]} exists already."),
        Text(zh="请给出新的文件名。", en="Name a new file."),
        param="out",
    )


def file_unwritable(name: str, error: OSError) -> Invalid:
    """The file cannot be written."""
    said = error.strerror or type(error).__name__
    return Invalid(
        "export-file-unwritable",
        Text(zh=f"无法写入 {name[:80]}（{said}）。", en=f"{name[:80]} cannot be written ({said})."),
        Text(zh="请检查路径和权限。", en="Check the path and who may write there."),
        param="out",
    )
