// A new project or repository: its name, what it is for, and who reads it.
import m from "mithril";
import { closeDialog, Field, Form, openDialog } from "../dom.js";
import { t } from "../i18n.js";

/** `title`, `few`: words (who reads it that is not public). `make(fields)` gets what the API takes. */
export const askNamed = (title, few, make) => openDialog(t(title), {
  view: () => m(Form, { label: t("create"), submit: async ({ name, description, visibility }) => {
    await make({ name, description: description || undefined, is_public: visibility === "public" });
    closeDialog();
  } },
  m(Field, { label: t("name"), name: "name", required: true, maxlength: 100, autocomplete: "off", hint: t("name_rule") }),
  m(Field, { label: t("description"), name: "description", maxlength: 2000, autocomplete: "off" }),
  m(Field, { label: t("who_reads"), name: "visibility", options: [["private", t(few)], ["public", t("everybody")]] })),
});
