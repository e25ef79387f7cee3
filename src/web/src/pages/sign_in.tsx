// Sign-in: a passkey in one press, or login, passphrase and the code of the moment.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Problem, send } from "../api";
import { Banner } from "../components/banner";
import { Button } from "../components/button";
import { announce } from "../components/countdown";
import { TextField } from "../components/field";
import { Icon } from "../components/icon";
import { Heading } from "../components/shell";
import { ProblemBanner } from "../components/states";
import { passkeysAreThere, signInByPasskey } from "../passkey";
import { go, query } from "../router";
import { now } from "../clock";
import { span } from "../format";
import { askSession, begin, homeOf, session } from "../session";
import { t } from "../text";

// Only to a page of ours.
function destination(): string {
  const to = query.value.get("to") ?? "";
  return to.startsWith("/desk/") ? to : session.value ? homeOf(session.value) : "/desk";
}

export function SignIn() {
  const login = useSignal("");
  const passphrase = useSignal("");
  const code = useSignal("");
  const busy = useSignal<"" | "passkey" | "passphrase">("");
  const problem = useSignal<Problem | null>(null);
  const passkeyClosed = useSignal(false);
  const waitUntil = useSignal(0); // by this machine's clock: until then every try would be refused

  useEffect(() => {
    if (session.value) go(destination(), { replace: true });
  }, [session.value]);
  void now.value; // counts the seconds down
  const wait = waitUntil.value - Date.now();
  const waits = wait > 0;
  useEffect(() => {
    if (waits || !waitUntil.peek()) return;
    waitUntil.value = 0;
    problem.value = null;
    announce(t("sign_in.wait_over"));
  }, [waits]);

  const attempt = async (how: "passkey" | "passphrase", call: () => Promise<unknown>) => {
    if (busy.peek()) return;
    busy.value = how;
    problem.value = null;
    passkeyClosed.value = false;
    try {
      const answer = await call();
      if (answer) begin(answer);
      else passkeyClosed.value = true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem.value = error;
      if (error.retryAfter) waitUntil.value = Date.now() + error.retryAfter * 1000;
      code.value = ""; // a code counts once
    } finally {
      busy.value = "";
    }
  };

  const byPassphrase = (event: Event) => {
    event.preventDefault();
    if (Date.now() < waitUntil.value) return;
    attempt("passphrase", async () => {
      const body = { login: login.value.trim(), passphrase: passphrase.value, code: code.value.normalize("NFKC").replace(/\s/g, "") };
      return (await send("/api/v1/session/passphrase", { method: "POST", body })).json;
    });
  };

  return (
    <div class="dads-narrow">
      <Heading title={t("sign_in.title")} lead={t("sign_in.lead")} />
      {query.value.has("ended") && !problem.value && <Banner tone="warning" title={t("sign_in.ended")}>{t("sign_in.ended_detail")}</Banner>}
      {query.value.has("out") && !problem.value && <Banner tone="success" title={t("sign_in.out")} />}
      {problem.value && <ProblemBanner problem={problem.value} wait={false} again={problem.value.status === 0 ? askSession : undefined} />}
      {passkeyClosed.value && <Banner tone="info" title={t("sign_in.passkey_closed")} live />}

      <section class="dads-panel" aria-labelledby="by-passkey">
        <h2 id="by-passkey">
          <Icon name="key" /> {t("sign_in.passkey")}
        </h2>
        {passkeysAreThere() ? (
          <>
            <p>{t("sign_in.passkey_help")}</p>
            <p class="dads-row dads-top">
              <Button size="large" busy={busy.value === "passkey"} onClick={() => attempt("passkey", signInByPasskey)}>
                {t("sign_in.passkey_press")}
              </Button>
            </p>
          </>
        ) : (
          <p>{t("sign_in.passkey_none")}</p>
        )}
      </section>

      <section class="dads-panel" aria-labelledby="by-passphrase">
        <h2 id="by-passphrase">
          <Icon name="lock" /> {t("sign_in.passphrase")}
        </h2>
        <form class="dads-form dads-tight" onSubmit={byPassphrase} noValidate>
          <TextField label={t("sign_in.login")} help={t("sign_in.login_help")} value={login.value} onValue={(value) => (login.value = value)} required autocomplete="username" autocapitalize="none" spellcheck={false} name="login" />
          <TextField label={t("sign_in.passphrase_label")} type="password" value={passphrase.value} onValue={(value) => (passphrase.value = value)} required autocomplete="current-password" name="passphrase" />
          <TextField label={t("sign_in.code")} help={t("sign_in.code_help")} value={code.value} onValue={(value) => (code.value = value)} required inputMode="numeric" autocomplete="one-time-code" width="short" maxLength={12} name="code" />
          <div class="dads-row">
            <Button type="submit" kind="outline" size="large" busy={busy.value === "passphrase"} disabled={waits}>
              {t("sign_in.press")}
            </Button>
            {waits && (
              <p class="dads-aside">
                <Icon name="clock" /> {t("sign_in.wait", { span: span(wait + 999) })}
              </p>
            )}
          </div>
        </form>
      </section>
      <p class="dads-aside">{t("sign_in.lost")}</p>
    </div>
  );
}
