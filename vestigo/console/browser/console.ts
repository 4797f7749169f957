// SPDX-License-Identifier: AGPL-3.0-or-later
// Every page: "/" goes to the search box, "?" shows the keys; neither while one types.

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox]):not([type=radio]):not([type=range]), select, textarea");
}

document.addEventListener("keydown", (event) => {
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    const box = document.getElementById("seek");
    if (box) {
      event.preventDefault();
      box.focus();
    }
  } else if (event.key === "?") {
    const help = document.getElementById("keys");
    if (help instanceof HTMLDialogElement) {
      event.preventDefault();
      help.showModal();
    }
  }
});
document.querySelector("#keys .close")?.addEventListener("click", () => {
  (document.getElementById("keys") as HTMLDialogElement).close();
});
document.getElementById("show-keys")?.addEventListener("click", () => {
  (document.getElementById("keys") as HTMLDialogElement | null)?.showModal();
});

// The judgement queue: 1, 2 and 3 choose a verdict, u undoes the last one.
const verdicts: Record<string, string> = { "1": "verdict-1", "2": "verdict-2", "3": "verdict-3", u: "undo-last" };
document.addEventListener("keydown", (event) => {
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const wanted = document.getElementById(verdicts[event.key] ?? "");
  if (wanted === null) return;
  event.preventDefault();
  wanted.click();
});
