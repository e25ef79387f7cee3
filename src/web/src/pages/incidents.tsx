// The incidents that the body reported or was told of, newest first; filters stand in the address.
import { addressOf, curlOf, getAll, type Schemas } from "../api";
import { Banner } from "../components/banner";
import { ButtonLink } from "../components/button";
import { Countdown, When } from "../components/countdown";
import { CurlLine } from "../components/disclosure";
import { Checkbox, Select } from "../components/field";
import { Heading } from "../components/shell";
import { Empty, Shown } from "../components/states";
import { Table } from "../components/table";
import { ExerciseMark, IncidentState, Tag } from "../components/tag";
import { nameOf } from "../names";
import { useLoaded } from "../loading";
import { Link, query, setQuery } from "../router";
import { isCsirt, session } from "../session";
import { t, word } from "../text";

type Incident = Schemas["IncidentSummary"];
const most = 200;
const states = ["reported", "assessed", "contained", "recovered", "reviewed", "closed", "dismissed"];

export function Incidents() {
  const who = session.value!;
  const state = query.value.get("state") ?? "";
  const overdue = query.value.get("overdue") === "true";
  const filters = { state: state || undefined, overdue: overdue || undefined };
  const list = useLoaded((signal) => getAll<Incident>("/api/v1/incidents", {}, filters, most, signal), [state, overdue], (event) => event.kind === "event");
  const mayReport = isCsirt(who.role) || who.role === "reporter";
  return (
    <>
      <Heading title={t("place.incidents")} actions={mayReport && <ButtonLink to="/desk/report" icon="pen">{t("place.report")}</ButtonLink>} />
      <div class="dads-filters dads-no-print">
        <Select label={t("incidents.state")} width="short" value={state} onValue={(value) => setQuery({ state: value })} choices={[{ value: "", label: t("incidents.all") }, ...states.map((value) => ({ value, label: word("state", value) }))]} />
        <Checkbox label={t("incidents.overdue")} checked={overdue} onValue={(checked) => setQuery({ overdue: checked ? "true" : null })} />
      </div>
      <Shown of={list}>
        {({ items, cut }) =>
          items.length ? (
            <>
              {cut && <Banner tone="info" title={t("list.cut", { most })} />}
              <Table
                caption={t("incidents.count", { number: items.length })}
                rows={items}
                rowKey={(row) => row.id}
                rowTone={(row) => (row.overdue ? "bad" : undefined)}
                columns={[
                  { key: "number", head: t("incidents.number"), rowHead: true, cell: (row) => <Link to={`/desk/incidents/${row.id}`}>{row.number}</Link> },
                  {
                    key: "title",
                    head: t("incidents.title"),
                    wide: true,
                    cell: (row) => (
                      <>
                        {row.exercise && <ExerciseMark />} <bdi>{row.title}</bdi>
                      </>
                    ),
                  },
                  { key: "body", head: t("incidents.body"), cell: (row) => nameOf(row.organization) },
                  {
                    key: "state",
                    head: t("incidents.state"),
                    cell: (row) => (
                      <span class="dads-row dads-row--tight">
                        <IncidentState state={row.state} />
                        {row.overdue && (
                          <Tag tone="bad" icon="alert">
                            {t("incidents.is_overdue")}
                          </Tag>
                        )}
                      </span>
                    ),
                  },
                  { key: "attack", head: t("incidents.attack"), cell: (row) => word("cyberattack", row.cyberattack) },
                  { key: "recognized", head: t("incidents.recognized"), cell: (row) => <When at={row.recognized_at} /> },
                  { key: "followup", head: t("incidents.followup"), cell: (row) => (row.followup_due_at ? <Countdown due={row.followup_due_at} /> : t("compare.unknown")) },
                ]}
              />
            </>
          ) : (
            <Empty title={state || overdue ? t("incidents.none_so") : t("incidents.none")}>
              <p>{mayReport ? t("incidents.none_report") : t("incidents.none_wait")}</p>
              {mayReport && <ButtonLink to="/desk/report">{t("place.report")}</ButtonLink>}
            </Empty>
          )
        }
      </Shown>
      <CurlLine line={curlOf("GET", addressOf("/api/v1/incidents", {}, filters))} />
    </>
  );
}
