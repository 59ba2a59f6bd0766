// Asks for a redraw soon. Mithril's own may draw at once, and so within a drawing that is under way: from a hook, or from an event
// that the drawing itself makes (what had the focus is removed).
import m from "mithril";

let asked = false;

export function redraw() {
  if (asked) return;
  asked = true;
  setTimeout(() => {
    asked = false;
    m.redraw();
  }, 0);
}
