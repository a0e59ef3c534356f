/* global document */
// Shows the tooltip of the point under the pointer.
const tooltip = document.getElementById("tooltip");
const DISTANCE = 14;

function show({ target, clientX, clientY }) {
  const mark = target.closest?.("figure path[aria-label]");
  tooltip.hidden = !mark;
  if (!mark) return;
  tooltip.textContent = mark.getAttribute("aria-label");
  const { offsetWidth, offsetHeight } = tooltip;
  const { clientWidth, clientHeight } = document.documentElement;
  const left = Math.min(clientX + DISTANCE, clientWidth - offsetWidth);
  const top = Math.min(clientY + DISTANCE, clientHeight - offsetHeight);
  tooltip.style.left = `${Math.max(0, left)}px`;
  tooltip.style.top = `${Math.max(0, top)}px`;
}

document.addEventListener("pointermove", show);
document.addEventListener("pointerdown", show);

// Headings are reached and used from the keyboard too.
for (const heading of document.querySelectorAll(".sortable th")) {
  heading.tabIndex = 0;
  heading.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      heading.click();
    }
  });
}
