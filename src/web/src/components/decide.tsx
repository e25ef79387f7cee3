// What another person asked for, decided by this one: approved or rejected, with the reason (standard 2.1.1(8)).
import { useSignal } from "@preact/signals";
import { curlOf, type PostPath } from "../api";
import { useAct } from "../act";
import { t } from "../text";
import { Button } from "./button";
import { CurlLine } from "./disclosure";
import { RadioGroup, TextArea } from "./field";
import { ProblemBanner } from "./states";

// Whatever is decided by two persons is decided by the same body of a call.
type DecisionPath = Extract<PostPath, "/api/v1/annexes/{id}/permission">;

// `path`: of the call that decides, whole.
export function Decide({ path, onDone }: { path: string; onDone: () => void }) {
  const decision = useSignal<"approved" | "rejected" | "">("");
  const reason = useSignal("");
  const mistakes = useSignal<{ decision?: string | undefined; reason?: string | undefined }>({});
  const act = useAct(path as DecisionPath);
  const submit = async (event: Event) => {
    event.preventDefault();
    mistakes.value = { ...(decision.value ? {} : { decision: t("approvals.choose") }), ...(reason.value.trim() ? {} : { reason: t("duty.reason_needed") }) };
    if (Object.keys(mistakes.value).length || !decision.value) return;
    if (await act.run({}, { decision: decision.value, reason: reason.value.trim() })) onDone();
  };
  return (
    <form class="dads-form dads-tight dads-top" onSubmit={submit} noValidate>
      {act.problem && <ProblemBanner problem={act.problem} />}
      <RadioGroup label={t("approvals.decision")} layout="line" value={decision.value} mistake={mistakes.value.decision} onValue={(value) => ((decision.value = value as "approved"), (mistakes.value = { ...mistakes.value, decision: undefined }))} choices={[{ value: "approved", label: t("approvals.approve") }, { value: "rejected", label: t("approvals.reject") }]} />
      <TextArea label={t("duty.reason")} required mistake={mistakes.value.reason} rows={2} value={reason.value} onValue={(value) => ((reason.value = value), (mistakes.value = { ...mistakes.value, reason: undefined }))} maxLength={4000} />
      <div class="dads-row">
        <Button type="submit" busy={act.busy}>
          {t("approvals.press")}
        </Button>
      </div>
      <CurlLine line={curlOf("POST", path, { decision: decision.value || "approved", reason: reason.value.trim() })} />
    </form>
  );
}
