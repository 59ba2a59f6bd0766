// Where parts of the client make themselves known: a view has a path and a place in the navigation, a topic has someone who hears
// its events, a badge is a number beside a view's name. Projects, repositories and notifications come in here.

const views = new Map();
const hearers = [];

/** What else is to be forgotten when somebody leaves. */
export const leavers = new Set();

/** {name, order (of the navigation), path, paths (others that it has), title(), icon, view (a Mithril component), when() whether it is offered, badge() a number} */
export function addView(view) {
  views.set(view.name, view);
}

export const allViews = () => [...views.values()];
export const offeredViews = () => allViews().filter((view) => view.icon && (!view.when || view.when())).sort((one, other) => one.order - other.order);

/** `topic`: exact, or "issue." for all that begin so. `hear` is called with the event as the API gives it. */
export function hearTopic(topic, hear) {
  hearers.push({ topic, hear });
}

export function tellEvent(event) {
  for (const { topic, hear } of hearers)
    if (topic.endsWith(".") ? event.topic.startsWith(topic) : event.topic === topic) hear(event);
}
