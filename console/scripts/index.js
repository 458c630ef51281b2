// Where somebody who has only the address finds their page.
import { h } from "./dom.js";
import { layOut } from "./shell.js";
import { t } from "./strings.js";

const { main } = await layOut({ title: "common.title", narrow: true });
main.append(
  h("h1", {}, t("common.title")),
  h("ul", {}, h("li", {}, h("a", { href: "review.html" }, t("common.reviewers")))),
);
