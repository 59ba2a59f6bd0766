// Icons, as paths of a 24 by 24 grid.
import m from "mithril";

const paths = {
  send: "M4 12 20 4l-5 16-3.5-6.5L4 12zm7.5 1.5L20 4",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zm4.8-1.7L20 20",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  back: "M15 5l-7 7 7 7",
  reply: "M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6v1",
  thread: "M5 5h14v10H11l-4 4v-4H5zM9 9h6M9 12h4",
  edit: "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
  trash: "M5 7h14M9 7V5h6v2M7 7l1 12h8l1-12M10 11v5M14 11v5",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  smile: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM9 10h.01M15 10h.01M8.5 14a4.5 4.5 0 0 0 7 0",
  more: "M4.5 12a.8.8 0 1 0 1.6 0 .8.8 0 1 0-1.6 0M11.2 12a.8.8 0 1 0 1.6 0 .8.8 0 1 0-1.6 0M17.9 12a.8.8 0 1 0 1.6 0 .8.8 0 1 0-1.6 0",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.300a3.5 3.5 0 0 1 0 6.400M18 14a6.5 6.5 0 0 1 3.5 6",
  clip: "M8 12l6-6a3 3 0 0 1 4.5 4.500L10 19a5 5 0 0 1-7-7l8-8",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21a8 8 0 0 1 16 0",
  admin: "M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6zM9 12l2 2 4-4",
  down: "M12 5v14M6 13l6 6 6-6",
  hash: "M9 4 7 20M17 4l-2 16M4 9h16M4 15h16",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.500h4",
  mute: "M6 16V11a6 6 0 0 1 9-5M18 11v5l1.5 2H8M4 4l16 16",
  star: "M12 4l2.5 5.2 5.7.8-4.1 4 1 5.700L12 17l-5.1 2.7 1-5.7-4.1-4 5.7-.8z",
  keyboard: "M3 7h18v10H3zM7 10.500h.01M11 10.500h.01M15 10.500h.01M8 14h8",
};

export const icon = (name) =>
  m("svg.icon", { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, m("path", { d: paths[name] }));
