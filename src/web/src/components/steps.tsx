import { t } from "../text";
import { Icon } from "./icon";

// Where one is in a form of several steps; those before can be gone back to.
export function Steps({ names, at, onStep, skipped = [] }: { names: string[]; at: number; onStep: (index: number) => void; skipped?: number[] }) {
  const done = (index: number) => index < at && !skipped.includes(index);
  return (
    <nav class="dads-steps" aria-label={t("steps.label")}>
      <ol>
        {names.map((name, index) => (
          <li key={name} data-state={done(index) ? "done" : index === at ? "current" : "ahead"}>
            <button type="button" onClick={() => onStep(index)} aria-current={index === at ? "step" : undefined}>
              <span class="dads-steps__mark">{done(index) ? <Icon name="check" /> : index + 1}</span>
              <span class="dads-steps__name">{name}</span>
              {done(index) && <span class="dads-hidden">{t("steps.done")}</span>}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
