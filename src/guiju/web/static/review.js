// SPDX-License-Identifier: Apache-2.0
// Keys for people who work through queues. Nothing here can be done with keys alone: a key presses
// what stands on the page and carries it.
"use strict";

const OFF = "guiju-keys-off";
const toggle = document.querySelector("[data-keys-off]");
let off = false;
try {
  off = localStorage.getItem(OFF) === "yes";
} catch {
  // Storage may be closed; then the keys are on, as on a first visit.
}

// One letter must never do something while somebody writes, and anybody can turn them off.
function writes(target) {
  return target.closest("textarea, select, input:not([type=checkbox]):not([type=radio])");
}

function press(one) {
  if (one.matches("summary")) {
    one.parentElement.open = !one.parentElement.open;
    const field = one.parentElement.querySelector("input:not([type=hidden]), textarea, select");
    (one.parentElement.open && field ? field : one).focus();
  } else if (one.matches("a, button")) {
    one.click();
  } else {
    one.focus();
  }
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (off || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (writes(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "j" || event.key === "k") {
    step(event.key === "j" ? 1 : -1);
  } else {
    const one = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!one) return;
    press(one);
  }
  event.preventDefault();
});

function told() {
  toggle.textContent = off ? toggle.dataset.keysOn : toggle.dataset.keysOff;
}

if (toggle) {
  toggle.hidden = false;
  told();
  toggle.addEventListener("click", () => {
    off = !off;
    try {
      localStorage.setItem(OFF, off ? "yes" : "no");
    } catch {
      // It counts for this page then.
    }
    told();
  });
}
