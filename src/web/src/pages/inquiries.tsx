// 照会: what the body is asked, and what it asked; each with its target.
import { useSignal } from "@preact/signals";
import { addressOf, curlOf, getAll, type Schemas } from "../api";
import { useAct } from "../act";
import { Button, ButtonLink } from "../components/button";
import { Countdown, When } from "../components/countdown";
import { CurlLine } from "../components/disclosure";
import { TextArea } from "../components/field";
import { Icon } from "../components/icon";
import { Heading } from "../components/shell";
import { Empty, ProblemBanner, Shown } from "../components/states";
import { ExerciseMark, Tag } from "../components/tag";
import { nameOf } from "../names";
import { useLoaded } from "../loading";
import { Link } from "../router";
import { session } from "../session";
import { t, word } from "../text";

export type Inquiry = Schemas["Inquiry"];

export function Inquiries() {
  const list = useLoaded((signal) => getAll<Inquiry>("/api/v1/inquiries", {}, {}, 200, signal), [], (event) => event.kind === "event" || event.kind === "message");
  return (
    <>
      <Heading title={t("place.inquiries")} lead={t("inquiries.lead")} />
      <Shown of={list}>
        {({ items }) =>
          items.length ? (
            <InquiryList inquiries={items} onDone={list.again} withIncident />
          ) : (
            <Empty title={t("inquiries.none")}>
              <p>{t("inquiries.none_detail")}</p>
              <ButtonLink to="/desk/incidents">{t("place.incidents")}</ButtonLink>
            </Empty>
          )
        }
      </Shown>
      <CurlLine line={curlOf("GET", addressOf("/api/v1/inquiries"))} />
    </>
  );
}

export function InquiryList({ inquiries, onDone, withIncident }: { inquiries: Inquiry[]; onDone: () => void; withIncident?: boolean }) {
  const mine = session.value!.organization.id;
  return (
    <ul class="dads-cards">
      {inquiries.map((inquiry) => (
        <li class="dads-panel" key={inquiry.id}>
          <p class="dads-row">
            {inquiry.incident.exercise && <ExerciseMark />}
            <Tag tone={inquiry.state === "open" ? "primary" : "quiet"}>{word("inquiry_state", inquiry.state)}</Tag>
            {inquiry.state === "open" && <Countdown due={inquiry.due_at} of={t("inquiries.announced", { number: inquiry.incident.number })} />}
            {withIncident && <Link to={`/desk/incidents/${inquiry.incident.id}`}>{inquiry.incident.number}</Link>}
          </p>
          <p class="dads-aside">
            {nameOf(inquiry.from)} <Icon name="arrow" /> {nameOf(inquiry.to)}
            {t("list.dot")}
            <When at={inquiry.asked_at} />
          </p>
          <p class="dads-written dads-said">
            <bdi>{inquiry.text}</bdi>
          </p>
          {inquiry.answer && (
            <>
              <p class="dads-aside">
                {t("inquiries.answer")} <bdi>{inquiry.answered_by}</bdi> {inquiry.answered_at && <When at={inquiry.answered_at} />}
              </p>
              <p class="dads-written dads-said">
                <bdi>{inquiry.answer}</bdi>
              </p>
            </>
          )}
          {inquiry.state === "open" && inquiry.to === mine && session.value!.role !== "ciso" && <AnswerInquiry inquiry={inquiry} onDone={onDone} />}
        </li>
      ))}
    </ul>
  );
}

function AnswerInquiry({ inquiry, onDone }: { inquiry: Inquiry; onDone: () => void }) {
  const text = useSignal("");
  const mistake = useSignal<string | null>(null);
  const act = useAct("/api/v1/inquiries/{id}/answer");
  const submit = async (event: Event) => {
    event.preventDefault();
    mistake.value = text.value.trim() ? null : t("inquiries.need_text");
    if (mistake.value) return;
    if (await act.run({ id: inquiry.id }, { text: text.value.trim() })) onDone();
  };
  return (
    <form class="dads-form dads-tight dads-top" onSubmit={submit} noValidate>
      {act.problem && <ProblemBanner problem={act.problem} />}
      <TextArea label={t("inquiries.answer")} required mistake={mistake.value} rows={3} value={text.value} onValue={(value) => ((text.value = value), (mistake.value = null))} maxLength={4000} />
      <div class="dads-row">
        <Button type="submit" busy={act.busy} icon="send">
          {t("inquiries.answer_press")}
        </Button>
      </div>
      <CurlLine line={curlOf("POST", addressOf("/api/v1/inquiries/{id}/answer", { id: inquiry.id }), { text: text.value.trim() })} />
    </form>
  );
}
