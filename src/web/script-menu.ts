/**
 * Runs in browsers. What a page unfolds over or above itself closes again by Escape, which leads
 * back to its button, and once the keyboard has gone past it. Without it the button closes.
 */
export const scriptMenu = `
const opened = () => document.querySelectorAll("details.menu[open], details.picker[open]");
// The menu unfolds the rest of the page's head, which stands outside of it.
const wholeOf = (one) => (one.matches(".menu") ? one.closest("header") : one);

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const one of opened()) {
    one.open = false;
    if (wholeOf(one).contains(document.activeElement)) one.querySelector("summary").focus();
  }
});

// By the keyboard alone: under a finger or a mouse the page must not move away.
addEventListener("focusin", ({ target }) => {
  if (!target.matches(":focus-visible")) return;
  for (const one of opened()) if (!wholeOf(one).contains(target)) one.open = false;
});

addEventListener("pointerdown", ({ target }) => {
  for (const one of opened()) if (one.matches(".picker") && !one.contains(target)) one.open = false;
});
`;
