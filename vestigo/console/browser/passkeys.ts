// SPDX-License-Identifier: AGPL-3.0-or-later
// Passkeys: a form that asks the server what to ask, asks the browser, and sends its answer.
// Without scripts, or in a browser that knows no passkeys, the form stays hidden.

async function answerOf(form: HTMLFormElement): Promise<string> {
  const asked = await fetch(form.dataset["options"] ?? "", { method: "POST", headers: { Accept: "application/json" } });
  if (!asked.ok) throw new Error("refused");
  const options = await asked.json();
  const found = form.dataset["passkey"] === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return JSON.stringify((found as PublicKeyCredential).toJSON());
}

async function send(form: HTMLFormElement): Promise<void> {
  const failed = form.querySelector<HTMLElement>(".failed");
  const button = form.querySelector("button");
  if (failed) failed.hidden = true;
  if (button) button.disabled = true;
  try {
    (form.elements.namedItem("credential") as HTMLInputElement).value = await answerOf(form);
    form.submit();
  } catch {
    if (failed) failed.hidden = false;
    if (button) button.disabled = false;
  }
}

if (window.isSecureContext && "PublicKeyCredential" in window && "parseCreationOptionsFromJSON" in PublicKeyCredential) {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void send(form);
    });
  }
}
