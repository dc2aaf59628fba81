/** Runs in browsers: a button that copies a field's text. Without it one selects the text oneself. */
export const scriptCopy = `
async function copy(field) {
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // Only an encrypted page, or one of this machine, may write there by itself.
    return document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const said = document.querySelector("[data-copied]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (await copy(field)) said.textContent = said.dataset.copied;
  });
}
`;
