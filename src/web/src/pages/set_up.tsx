// Behind the link that an operator hands over once: the person chooses how to sign in.
import { useSignal } from "@preact/signals";
import { Problem, send } from "../api";
import { Banner } from "../components/banner";
import { Button } from "../components/button";
import { When } from "../components/countdown";
import { TextField } from "../components/field";
import { Icon } from "../components/icon";
import { Qr } from "../components/qr";
import { Heading } from "../components/shell";
import { ProblemBanner, Shown } from "../components/states";
import { useLoaded } from "../loading";
import { makePasskey, passkeysAreThere, type NewPasskey } from "../passkey";
import { go } from "../router";
import { begin, homeOf, nameOfBody, type Body } from "../session";
import { t, word } from "../text";

interface Invitation {
  organization: Body;
  role: string;
  name: string;
  login: string;
  expires_at: string | null; // null: of a demonstration, whose links stay good
  totp: { secret: string; uri: string; state: string } | null; // null, as the passkey: of a demonstration, whose links give no credentials
  passkey: NewPasskey | null;
  demonstration: boolean;
}

const shortest = 15;

export function SetUp({ code }: { code: string }) {
  const address = `/api/v1/set-up/${encodeURIComponent(code)}`;
  const invitation = useLoaded(async (signal) => (await send(address, { method: "GET", signal })).json as Invitation, [code]);
  const gone = invitation.problem?.status === 404;
  return (
    <div class="dads-narrow">
      {gone ? (
        <>
          <Heading title={t("set_up.gone")} />
          <Banner tone="warning" title={t("set_up.gone_detail")}>
            <code>noroshi account link ORG/LOGIN</code>
          </Banner>
        </>
      ) : (
        <>
          <Heading title={t("set_up.title")} lead={invitation.value?.demonstration ? undefined : t("set_up.lead")} />
          <Shown of={invitation}>{(value) => <Choices invitation={value} code={code} address={address} />}</Shown>
        </>
      )}
    </div>
  );
}

function Choices({ invitation, code, address }: { invitation: Invitation; code: string; address: string }) {
  const passphrase = useSignal("");
  const again = useSignal("");
  const totp = useSignal("");
  const busy = useSignal<"" | "passkey" | "passphrase" | "demonstration">("");
  const problem = useSignal<Problem | null>(null);
  const closed = useSignal(false);
  const mistakes = useSignal<{ passphrase?: string; again?: string; code?: string }>({});
  const drop = (name: "passphrase" | "again" | "code") => mistakes.value[name] && (mistakes.value = { ...mistakes.value, [name]: undefined });

  const attempt = async (how: "passkey" | "passphrase" | "demonstration", call: () => Promise<unknown>) => {
    if (busy.peek()) return;
    busy.value = how;
    problem.value = null;
    closed.value = false;
    try {
      const answer = await call();
      if (answer) go(homeOf(begin(answer)), { replace: true });
      else closed.value = true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      totp.value = "";
      // What the daemon found wrong stands at its field.
      const at = (pointer: string) => error.mistakes.find((mistake) => mistake.pointer === pointer)?.message;
      const found = { passphrase: at("/passphrase"), code: at("/code") };
      if (error.mistakes.length && error.mistakes.every(({ pointer }) => pointer === "/passphrase" || pointer === "/code")) {
        mistakes.value = found;
        const first = found.passphrase ? "passphrase" : "code";
        requestAnimationFrame(() => document.querySelector<HTMLElement>(`input[name=${first}]`)?.focus());
      } else problem.value = error;
    } finally {
      busy.value = "";
    }
  };

  const byPassphrase = (event: Event) => {
    event.preventDefault();
    const length = [...passphrase.value.normalize("NFKC")].length;
    const digits = totp.value.normalize("NFKC").replace(/\s/g, "");
    mistakes.value = {
      ...(length < shortest ? { passphrase: t("set_up.too_short", { shortest, length }) } : {}),
      ...(again.value !== passphrase.value ? { again: t("set_up.differs") } : {}),
      ...(/^\d{6}$/.test(digits) ? {} : { code: t("set_up.six_digits") }),
    };
    if (Object.keys(mistakes.value).length) return;
    const shown = invitation.totp;
    if (shown) attempt("passphrase", async () => (await send(`${address}/passphrase`, { method: "POST", body: { passphrase: passphrase.value, code: digits, state: shown.state } })).json);
  };
  const { totp: shownTotp, passkey: newPasskey } = invitation;

  return (
    <>
      <dl class="dads-facts dads-panel">
        <dt>{t("set_up.body")}</dt>
        <dd>{nameOfBody(invitation.organization)}</dd>
        <dt>{t("set_up.role")}</dt>
        <dd>
          {word("role", invitation.role)}
          {invitation.name && <bdi>{t("list.dot") + invitation.name}</bdi>}
        </dd>
        <dt>{t("sign_in.login")}</dt>
        <dd>
          <code>{invitation.login}</code>
        </dd>
        {invitation.expires_at && <dt>{t("set_up.until")}</dt>}
        {invitation.expires_at && (
          <dd>
            <When at={invitation.expires_at} />
          </dd>
        )}
      </dl>
      {problem.value && <ProblemBanner problem={problem.value} />}
      {closed.value && <Banner tone="info" title={t("sign_in.passkey_closed")} live />}

      {invitation.demonstration && (
        <section class="dads-panel" aria-labelledby="by-demonstration">
          <h2 id="by-demonstration">{t("set_up.demonstration")}</h2>
          <p>{t("set_up.demonstration_help")}</p>
          <p class="dads-row dads-top">
            <Button size="large" icon="arrow" busy={busy.value === "demonstration"} onClick={() => attempt("demonstration", async () => (await send(`${address}/demonstration`, { method: "POST", body: {} })).json)}>
              {t("set_up.demonstration_press")}
            </Button>
          </p>
        </section>
      )}

      {newPasskey && <section class="dads-panel" aria-labelledby="new-passkey">
        <h2 id="new-passkey">
          <Icon name="key" /> {t("set_up.passkey")}
        </h2>
        <p>{passkeysAreThere() ? t("set_up.passkey_help") : t("sign_in.passkey_none")}</p>
        {passkeysAreThere() && (
          <p class="dads-row dads-top">
            <Button size="large" busy={busy.value === "passkey"} onClick={() => attempt("passkey", () => makePasskey(code, newPasskey))}>
              {t("set_up.passkey_press")}
            </Button>
          </p>
        )}
      </section>}

      {shownTotp && <section class="dads-panel" aria-labelledby="new-passphrase">
        <h2 id="new-passphrase">
          <Icon name="lock" /> {t("set_up.passphrase")}
        </h2>
        <form class="dads-form dads-tight" onSubmit={byPassphrase} noValidate>
          <input type="hidden" name="username" autocomplete="username" value={invitation.login} />
          <TextField label={t("set_up.passphrase_label")} help={t("set_up.passphrase_help", { shortest })} mistake={mistakes.value.passphrase} type="password" value={passphrase.value} onValue={(value) => ((passphrase.value = value), drop("passphrase"))} required autocomplete="new-password" name="passphrase" />
          <TextField label={t("set_up.again")} mistake={mistakes.value.again} type="password" value={again.value} onValue={(value) => ((again.value = value), drop("again"))} required autocomplete="new-password" name="again" />
          <div class="dads-totp">
            <Qr text={shownTotp.uri} label={t("set_up.qr")} />
            <div>
              <p class="dads-field__label">{t("set_up.totp")}</p>
              <p>{t("set_up.totp_help")}</p>
              <p>
                <code class="dads-secret">{shownTotp.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code>
              </p>
            </div>
          </div>
          <TextField label={t("set_up.code")} help={t("sign_in.code_help")} mistake={mistakes.value.code} value={totp.value} onValue={(value) => ((totp.value = value), drop("code"))} required inputMode="numeric" autocomplete="one-time-code" width="short" maxLength={12} name="code" />
          <div class="dads-row">
            <Button type="submit" kind="outline" size="large" busy={busy.value === "passphrase"}>
              {t("set_up.press")}
            </Button>
          </div>
        </form>
      </section>}
    </>
  );
}
