// A state as drawing, word and colour together.
import { Icon, type IconName } from "../components/icon";
import { now } from "../clock";
import { shortSpan } from "../format";
import { t, word } from "../text";
import type { Hop, State } from "./data";

export const icons: Record<State, IconName> = {
  overdue: "alert",
  soon: "clock",
  unacknowledged: "person",
  waiting: "clock",
  late: "check",
  done: "check",
  waived: "cross",
};

export function HopMark({ hop }: { hop: Hop }) {
  const left = Date.parse(hop.due) - now.value;
  const text =
    hop.state === "overdue" ? t("board.over", { span: shortSpan(left) }) : hop.state === "soon" || hop.state === "waiting" ? t("board.left", { span: shortSpan(left) }) : word("board.state", hop.state);
  return (
    <span class="board-mark" data-state={hop.state}>
      <Icon name={icons[hop.state]} />
      <span>{text}</span>
    </span>
  );
}
