// What stands where nothing stands yet: being read, empty, not readable.
import type { ComponentChildren } from "preact";
import type { Problem } from "../api";
import type { Loaded } from "../loading";
import { t } from "../text";
import { Banner } from "./banner";
import { Button } from "./button";
import { Icon } from "./icon";

// `quiet`: all is done, and other things stand below.
export function Empty({ title, quiet, children }: { title: string; quiet?: boolean; children?: ComponentChildren }) {
  return (
    <div class="dads-empty" data-quiet={quiet || undefined}>
      <p class="dads-empty__title">
        {quiet && <Icon name="check" />}
        {title}
      </p>
      <div>{children}</div>
    </div>
  );
}

// The title and the remedy of a problem, in the reader's language: the daemon's own words where it spoke.
export function wordsOf(problem: Problem): { title: string; detail: string } {
  if (problem.status === 0) return { title: t("problem.unreachable"), detail: t("problem.unreachable_detail") };
  if (problem.code === "sign_in_later") return { title: problem.title, detail: t("sign_in.later") };
  if (problem.code === "role_required") return { title: problem.title, detail: t("problem.role_required") };
  return {
    title: problem.title || t("problem.unnamed", { status: problem.status }),
    detail: problem.detail || t("problem.unnamed_detail"),
  };
}

// `list`: mistakes that no field of the page shows. `wait`: false where the page counts the seconds itself.
export function ProblemBanner({ problem, again, list = true, wait = true }: { problem: Problem; again?: () => void; list?: boolean; wait?: boolean }) {
  const { title, detail } = wordsOf(problem);
  return (
    <Banner tone="error" title={title} live>
      <p>{detail}</p>
      {wait && problem.retryAfter !== null && <p>{t("problem.retry_after", { seconds: problem.retryAfter })}</p>}
      {list && problem.mistakes.length > 0 && (
        <ul>
          {problem.mistakes.map((mistake) => (
            <li key={mistake.pointer + mistake.code}>
              <code>{mistake.pointer}</code> {mistake.message}
            </li>
          ))}
        </ul>
      )}
      {again && (
        <Button kind="outline" size="small" onClick={again}>
          {t("problem.again")}
        </Button>
      )}
    </Banner>
  );
}

// Shows what was read; what stood there before stays while it is read anew, or cannot be.
export function Shown<T>({ of, children }: { of: Loaded<T>; children: (value: T) => ComponentChildren }) {
  return (
    <>
      {of.problem && <ProblemBanner problem={of.problem} again={of.again} />}
      {of.value !== null ? (
        <div class="dads-shown" aria-busy={of.loading}>
          {children(of.value)}
        </div>
      ) : (
        !of.problem && (
          <p class="dads-loading" role="status">
            {t("state_of_page.loading")}
          </p>
        )
      )}
    </>
  );
}
