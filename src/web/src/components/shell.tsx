// What stands around every page: who one is, where one can go, how fresh what is shown is.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { maySeeAnnexes } from "../annexes";
import { now, shifted } from "../clock";
import { colours, setColours, type Colours } from "../colours";
import { clockTime, fullTime, span } from "../format";
import { lastHeard, link } from "../live";
import { Link, path } from "../router";
import { homeOf, isCsirt, nameOfBody, session, type Session } from "../session";
import { language, setLanguage, t, word, type Key, type Language } from "../text";
import { Announcer } from "./countdown";
import { Icon } from "./icon";
import { useInSight } from "./in_sight";

export function LanguageSwitch() {
  const button = (to: Language, name: string) => (
    <button type="button" lang={to} aria-pressed={language.value === to} onClick={() => setLanguage(to)}>
      {name}
    </button>
  );
  return (
    <div class="dads-switch" role="group" aria-label={t("language.label")}>
      {button("ja", t("language.ja"))}
      {button("en", t("language.en"))}
    </div>
  );
}

export function ColourSwitch() {
  return (
    <label class="dads-switch-select">
      <span class="dads-hidden">{t("colours.label")}</span>
      <select value={colours.value} onChange={(event) => setColours(event.currentTarget.value as Colours)}>
        {(["system", "light", "dark"] as const).map((mode) => (
          <option key={mode} value={mode} selected={mode === colours.value}>
            {word("colours", mode)}
          </option>
        ))}
      </select>
    </label>
  );
}

// Whether what is shown is of now: says it, and for how long it has not been.
export function Freshness() {
  if (link.value === "off") return null;
  if (link.value === "live")
    return (
      <span class="dads-fresh" data-state="live">
        <i aria-hidden="true" />
        {t("fresh.live")}
      </span>
    );
  void now.value; // counts on
  const text = lastHeard.value ? t("fresh.old", { span: span(Date.now() - lastHeard.value) }) : t("fresh.connecting");
  return (
    <span class="dads-fresh" data-state="cut" title={t("fresh.cut_help")}>
      <Icon name="alert" />
      {text}
    </span>
  );
}

function Clock() {
  return (
    <time class="dads-clock" dateTime={new Date(now.value).toISOString()} title={fullTime(now.value)}>
      {shifted.value && <span class="dads-clock__mark">{t("clock.shifted")}</span>}
      {clockTime(now.value, true)} <abbr title={t("time.japan")}>JST</abbr>
    </time>
  );
}

interface Place {
  to: string;
  name: Key;
}

// Where somebody of that office has something to do, the most needed first.
export function placesOf(who: Session): Place[] {
  const places: Place[] = [];
  const add = (to: string, name: Key, when: boolean) => when && places.push({ to, name });
  const office = who.role;
  add("/desk/board", "place.board", office === "center_liaison");
  add("/desk/operator", "place.operator", office === "operator");
  add("/desk/auditor", "place.auditor", office === "auditor");
  const national = who.organization.kind === "national_agency";
  const inbox = isCsirt(office) || ["center_liaison", "police_desk", "crisis_desk", "cymat_member"].includes(office);
  add("/desk/inbox", "place.inbox", inbox && (national || !isCsirt(office)));
  add("/desk/alarms", "place.alarms", office === "ciso");
  add("/desk/duties", "place.duties", isCsirt(office) || ["exception_officer", "ciso", "section_officer", "center_liaison", "police_desk", "crisis_desk"].includes(office));
  add("/desk/report", "place.report", isCsirt(office) || office === "reporter");
  add("/desk/incidents", "place.incidents", office !== "operator" && office !== "auditor");
  add("/desk/inbox", "place.inbox", inbox && !national && isCsirt(office));
  add("/desk/inquiries", "place.inquiries", isCsirt(office) || office === "ciso" || office === "center_liaison");
  add("/desk/annexes", "place.annexes", maySeeAnnexes(office));
  add("/desk/people", "place.people", isCsirt(office) || ["exception_officer", "ciso", "section_officer"].includes(office));
  return places;
}

function SkipLink() {
  return (
    <a
      class="dads-skip"
      href="#content"
      onClick={(event) => {
        event.preventDefault();
        document.getElementById("content")?.focus();
      }}
    >
      {t("skip.content")}
    </a>
  );
}

function Places({ who }: { who: Session }) {
  const row = useRef<HTMLElement>(null);
  const isHere = (to: string) => path.value === to || path.value.startsWith(`${to}/`);
  useInSight(row, "[aria-current]", [path.value, language.value]);
  return (
    <nav class="dads-nav" aria-label={t("nav.label")} ref={row}>
      <ul>
        {placesOf(who).map((place) => (
          <li key={place.to}>
            <Link to={place.to} aria-current={isHere(place.to) ? "page" : undefined}>
              {t(place.name)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export function Shell({ children }: { children: ComponentChildren }) {
  const who = session.value;
  return (
    <>
      <SkipLink />
      <header class="dads-header">
        <div class="dads-header__top">
          <Link to={who ? homeOf(who) : "/sign-in"} class="dads-brand">
            <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
              <rect width="32" height="32" rx="7" class="dads-brand__ground" />
              <path d="M16 4c1 4-4 6-4 10 0 2 1 3 2 3-1-4 4-5 4-9 3 3 5 6 3 10-1 2-3 3-5 3s-5-1-6-4c-1 5 2 8 6 8s8-3 8-8c0-6-5-9-8-13z" class="dads-brand__smoke" />
              <path d="M8 27h16" class="dads-brand__fire" />
            </svg>
            <span>
              <strong>{t("brand.name")}</strong>
              <small>{t("brand.what")}</small>
            </span>
          </Link>
          {who && (
            <div class="dads-who">
              <span class="dads-who__body">{nameOfBody(who.organization)}</span>
              <span class="dads-who__role">
                {word("role", who.role)}
                {who.name && who.name !== word("role", who.role) && <bdi>{t("list.dot") + who.name}</bdi>}
              </span>
            </div>
          )}
          {who && (
            <div class="dads-header__now">
              <Freshness />
              <Clock />
            </div>
          )}
          <div class="dads-header__tools">
            <LanguageSwitch />
            {who && (
              <Link to="/desk/account" class="dads-icon-button" aria-label={t("place.account")} title={t("place.account")}>
                <Icon name="person" />
              </Link>
            )}
          </div>
        </div>
        {who && <Places who={who} />}
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <footer class="dads-footer">
        <div>
          <p>{t("footer.text")}</p>
          <ColourSwitch />
        </div>
      </footer>
      <Announcer />
    </>
  );
}

// A page's heading; the window's title follows it.
export function Heading({ title, lead, mark, actions }: { title: string; lead?: ComponentChildren; mark?: ComponentChildren; actions?: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title}${t("list.bar")}${t("brand.name")}`;
  }, [title, language.value]);
  return (
    <div class="dads-heading">
      <div>
        {mark && <div class="dads-heading__mark">{mark}</div>}
        <h1 tabIndex={-1}>{title}</h1>
        {lead && <p class="dads-heading__lead">{lead}</p>}
      </div>
      {actions && <div class="dads-heading__actions">{actions}</div>}
    </div>
  );
}
