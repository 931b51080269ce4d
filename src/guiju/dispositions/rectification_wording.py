# SPDX-License-Identifier: Apache-2.0
"""What the pages of a rectification call its phases, cures and samples, and files for trainers."""

from __future__ import annotations

from guiju.dispositions.rectification_model import Cure, Expected, Phase
from guiju.kernel import Text

PHASES = {
    Phase.BEFORE: Text(zh="整改前", en="Before"),
    Phase.AFTER: Text(zh="实施后", en="After"),
    Phase.RETEST: Text(zh="核实后复测", en="Re-test"),
}
CURES = {
    Cure.RULE: Text(zh="规则", en="a rule"),
    Cure.KEYWORD: Text(zh="词表", en="a list of words"),
    Cure.PROMPT: Text(zh="系统提示", en="the system prompt"),
    Cure.DATA_REMOVAL: Text(zh="剔除训练数据", en="training data taken out"),
    Cure.FINE_TUNE: Text(zh="微调训练", en="further training"),
}
EXPECTED = {
    Expected.STOPPED: Text(zh="应拦截", en="to be stopped"),
    Expected.PASSED: Text(zh="应放行", en="to be let through"),
}
SIDES = {"input": Text(zh="提问", en="prompt"), "output": Text(zh="回答", en="answer")}
LEFT_OUT = {
    "no-consent": Text(
        zh="来自使用者记录，无训练同意", en="from a person's record, no consent to training"
    ),
    "no-answer": Text(zh="没有更好的回答", en="without a better answer"),
    "no-question": Text(zh="没有提问", en="without what was asked"),
    "nothing-worse": Text(zh="没有较差的回答", en="without an answer that is worse"),
}
FORMS = {
    "trl-sft": Text(zh="TRL 监督微调（SFT）", en="TRL, supervised (SFT)"),
    "trl-dpo": Text(zh="TRL 偏好优化（DPO）", en="TRL, preferences (DPO)"),
    "llamafactory-alpaca": Text(
        zh="LLaMA-Factory 监督微调（alpaca）", en="LLaMA-Factory, supervised (alpaca)"
    ),
    "llamafactory-sharegpt-dpo": Text(
        zh="LLaMA-Factory 偏好优化（sharegpt）", en="LLaMA-Factory, preferences (sharegpt)"
    ),
}
