// The page: who is signed in decides what there is; the path, which of it is shown.
import { render, type FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";
import { Empty, ProblemBanner } from "./components/states";
import { ButtonLink } from "./components/button";
import { Heading, Shell } from "./components/shell";
import { startLive, stopLive } from "./live";
import { askOrganizations } from "./names";
import { Account } from "./pages/account";
import { Alarms } from "./pages/alarms";
import { Annexes } from "./pages/annexes";
import { Auditor } from "./pages/auditor";
import { Board } from "./pages/board";
import { Duties } from "./pages/duties";
import { Inbox } from "./pages/inbox";
import { InboxMessage } from "./pages/inbox_message";
import { IncidentPage } from "./pages/incident";
import { Incidents } from "./pages/incidents";
import { Inquiries } from "./pages/inquiries";
import { Operator } from "./pages/operator";
import { People } from "./pages/people";
import { Report } from "./pages/report";
import { SetUp } from "./pages/set_up";
import { SignIn } from "./pages/sign_in";
import { go, matched, path } from "./router";
import { askSession, homeOf, session, sessionProblem } from "./session";
import { t } from "./text";

type Page = FunctionComponent<Record<string, string>>;

// Of who is signed in. To add a page: ARCHITECTURE.md, "To add a page".
const pages: [string, Page][] = [
  ["/desk/report", Report],
  ["/desk/report/{incident}", Report],
  ["/desk/incidents", Incidents],
  ["/desk/incidents/{id}", IncidentPage],
  ["/desk/duties", Duties],
  ["/desk/inbox", Inbox],
  ["/desk/inbox/{message}", InboxMessage],
  ["/desk/alarms", Alarms],
  ["/desk/inquiries", Inquiries],
  ["/desk/annexes", Annexes],
  ["/desk/board", Board],
  ["/desk/operator", Operator],
  ["/desk/auditor", Auditor],
  ["/desk/people", People],
  ["/desk/account", Account],
];

function NoSuchPage() {
  return (
    <>
      <Heading title={t("page.none")} />
      <Empty title={t("page.none_detail")}>
        <ButtonLink to="/desk">{t("page.home")}</ButtonLink>
      </Empty>
    </>
  );
}

function Desk() {
  for (const [pattern, Found] of pages) {
    const parameters = matched(pattern, path.value);
    if (parameters) return <Found key={path.value} {...parameters} />;
  }
  return <NoSuchPage />;
}

function Content() {
  const setUp = matched("/set-up/{code}", path.value);
  const who = session.value;
  const needsSession = path.value === "/" || path.value === "/desk" || path.value.startsWith("/desk/");
  useEffect(() => {
    if (who === null && needsSession) {
      const back = path.value.startsWith("/desk/") ? `?to=${encodeURIComponent(path.value + location.search)}` : "";
      go(`/sign-in${back}`, { replace: true });
    }
    if (who && (path.value === "/" || path.value === "/desk")) go(homeOf(who), { replace: true });
  }, [who, path.value]);

  if (setUp) return <SetUp code={setUp["code"]!} />;
  if (path.value === "/sign-in") return <SignIn />;
  if (!needsSession) return <NoSuchPage />;
  if (sessionProblem.value)
    return (
      <>
        <Heading title={t("page.not_now")} />
        <ProblemBanner problem={sessionProblem.value} again={askSession} />
      </>
    );
  if (!who || path.value === "/" || path.value === "/desk")
    return (
      <p class="dads-loading" role="status">
        {t("state_of_page.loading")}
      </p>
    );
  return <Desk />;
}

function App() {
  const who = session.value;
  useEffect(() => {
    if (!who) return stopLive();
    startLive(who.role, who.login);
    askOrganizations().catch(() => {}); // names then stand as their identifiers
  }, [who]);
  return (
    <Shell>
      <Content />
    </Shell>
  );
}

askSession();
render(<App />, document.getElementById("app")!);
