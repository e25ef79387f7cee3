// Who one is here, how one signs in, and how to leave: here, or everywhere.
import { useSignal } from "@preact/signals";
import { Problem } from "../api";
import { Button } from "../components/button";
import { When } from "../components/countdown";
import { Heading } from "../components/shell";
import { ProblemBanner } from "../components/states";
import { nameOfBody, session, signOut } from "../session";
import { t, word } from "../text";

export function Account() {
  const busy = useSignal<"" | "here" | "everywhere">("");
  const problem = useSignal<Problem | null>(null);
  const who = session.value;
  if (!who) return null;
  const leave = async (everywhere: boolean) => {
    busy.value = everywhere ? "everywhere" : "here";
    problem.value = null;
    try {
      await signOut(everywhere);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem.value = error;
    } finally {
      busy.value = "";
    }
  };
  return (
    <div class="dads-narrow">
      <Heading title={t("account.title")} />
      {problem.value && <ProblemBanner problem={problem.value} />}
      <dl class="dads-facts dads-panel">
        <dt>{t("set_up.body")}</dt>
        <dd>{nameOfBody(who.organization)}</dd>
        <dt>{t("set_up.role")}</dt>
        <dd>{word("role", who.role)}</dd>
        {who.name && <dt>{t("account.name")}</dt>}
        {who.name && (
          <dd>
            <bdi>{who.name}</bdi>
          </dd>
        )}
        <dt>{t("sign_in.login")}</dt>
        <dd>
          <code>{who.login}</code>
        </dd>
        <dt>{t("account.methods")}</dt>
        <dd>
          {[who.methods.passkeys ? t("account.passkeys", { number: who.methods.passkeys }) : "", who.methods.passphrase ? t("account.passphrase") : ""].filter(Boolean).join(t("list.and")) || t("account.no_methods")}
        </dd>
        <dt>{t("account.ends")}</dt>
        <dd>
          <When at={who.ends_at} />
        </dd>
      </dl>
      <section class="dads-panel">
        <h2>{t("account.leave")}</h2>
        <p>{t("account.leave_help")}</p>
        <p class="dads-row dads-top">
          <Button onClick={() => leave(false)} busy={busy.value === "here"}>
            {t("account.leave_here")}
          </Button>
          <Button kind="outline" onClick={() => leave(true)} busy={busy.value === "everywhere"}>
            {t("account.leave_everywhere")}
          </Button>
        </p>
      </section>
    </div>
  );
}
