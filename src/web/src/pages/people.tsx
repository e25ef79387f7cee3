// The people of one's own body: who is on duty, who comes next, who holds which post. What waits for a decision stands with the duties.
import { get, getAll, type Schemas } from "../api";
import { ButtonLink } from "../components/button";
import { When } from "../components/countdown";
import { Disclosure } from "../components/disclosure";
import { Heading } from "../components/shell";
import { Empty, Shown } from "../components/states";
import { Table } from "../components/table";
import { Tag } from "../components/tag";
import { useLoaded } from "../loading";
import { t, word } from "../text";

type Person = Schemas["PersonSummary"];
type Shift = Schemas["Shift"];

function Turns({ title, shifts, now }: { title: string; shifts: Shift[]; now?: boolean }) {
  return (
    <section class="dads-panel">
      <h2>{title}</h2>
      {shifts.length === 0 ? (
        <p class="dads-aside">{now ? t("staff.nobody_now") : t("staff.nobody_next")}</p>
      ) : (
        <ul class="staff-turns">
          {shifts.map((shift) => (
            <li key={shift.id}>
              <strong>
                <bdi>{shift.name}</bdi>
              </strong>
              <Tag tone={now ? "good" : "neutral"} icon={now ? "check" : "clock"}>
                {word("staff.post", shift.post)}
              </Tag>
              <span>
                <When at={shift.from} /> – <When at={shift.until} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function People() {
  const roster = useLoaded((signal) => get("/api/v1/rosters", {}, {}, signal), [], (event) => event.kind === "event" && event.data.type.startsWith("shift"));
  const people = useLoaded((signal) => getAll<Person>("/api/v1/people", {}, {}, 1000, signal), [], (event) => event.kind === "event" && /^(person|appointment)/.test(event.data.type));
  const waiting = useLoaded((signal) => get("/api/v1/approvals", {}, {}, signal), [], (event) => event.kind === "event");
  return (
    <>
      <Heading title={t("place.people")} lead={t("staff.lead")} actions={waiting.value && waiting.value.items.length > 0 && <ButtonLink to="/desk/duties" kind="outline" size="small">{t("staff.approvals")}</ButtonLink>} />
      <Shown of={roster}>
        {(it) => (
          <div class="staff-two">
            <Turns title={t("staff.on_duty")} shifts={it.on_duty} now />
            <Turns title={t("staff.next")} shifts={it.next} />
          </div>
        )}
      </Shown>
      <Shown of={people}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t("staff.none")}>
              <p>{t("staff.none_detail")}</p>
              <pre tabIndex={0}>
                <code>noroshi user import FILE.csv</code>
              </pre>
            </Empty>
          ) : (
            <Table
              caption={t("staff.caption", { number: items.length })}
              rows={items}
              rowKey={(person) => person.id}
              columns={[
                { key: "name", head: t("staff.name"), rowHead: true, cell: (person) => <bdi>{person.name}</bdi> },
                { key: "posts", head: t("staff.posts"), wide: true, cell: (person) => (person.posts.length ? person.posts.map((post) => word("staff.post", post)).join(t("list.and")) : t("staff.no_post")) },
                { key: "employment", head: t("staff.employment"), cell: (person) => word("staff.employment", person.employment) },
                { key: "skills", head: t("staff.skills"), cell: (person) => <bdi>{person.skills.join(t("list.and"))}</bdi> },
                { key: "cleared", head: t("staff.cleared"), cell: (person) => (person.cleared ? t("staff.yes") : "") },
              ]}
            />
          )
        }
      </Shown>
      <Disclosure summary={t("staff.terminal")}>
        <pre tabIndex={0}>
          <code>{"noroshi user --help\nnoroshi roster --help"}</code>
        </pre>
      </Disclosure>
    </>
  );
}
