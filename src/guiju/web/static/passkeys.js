// SPDX-License-Identifier: Apache-2.0
// Asks the browser for a passkey and puts its answer into the form, which is sent like any other.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const named = (listed) => (listed || []).map((one) => ({ ...one, id: bytes(one.id) }));

function wanted(options) {
  const asked = { ...options, challenge: bytes(options.challenge) };
  if (options.user) asked.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) asked.excludeCredentials = named(options.excludeCredentials);
  if (options.allowCredentials) asked.allowCredentials = named(options.allowCredentials);
  return asked;
}

function told(credential) {
  const response = {};
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  for (const part of parts) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function ask(form) {
  const fault = form.querySelector("[data-fault]");
  fault.hidden = true;
  try {
    const sent = await fetch(form.dataset.options, { headers: { accept: "application/json" } });
    if (!sent.ok) throw new Error((await sent.json()).error.message);
    const publicKey = wanted(await sent.json());
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
    form.elements.answer.value = told(credential);
    form.submit();
  } catch (error) {
    // A refusal of ours says what to do; what the browser says of its own is for developers.
    const known = error.name === "InvalidStateError" ? fault.dataset.known : fault.dataset.none;
    fault.textContent = error.name === "Error" ? error.message : known;
    fault.hidden = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.querySelector("[data-scriptless]").hidden = true;
  const here = window.PublicKeyCredential && window.location.origin === form.dataset.origin;
  form.querySelector("[data-elsewhere]").hidden = window.location.origin === form.dataset.origin;
  const button = form.querySelector("[data-ask]");
  button.hidden = !here;
  button.addEventListener("click", () => ask(form));
}
