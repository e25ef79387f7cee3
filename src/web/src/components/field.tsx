// Form controls with their label, what helps, and what is wrong, tied together for whoever hears the page.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { now } from "../clock";
import { fullTime, japaneseParts, japaneseTime } from "../format";
import { t } from "../text";
import { Icon } from "./icon";

export interface FieldLook {
  label: string;
  help?: ComponentChildren;
  mistake?: string | null;
  required?: boolean;
  id?: string;
}

function Frame({ look, id, children }: { look: FieldLook; id: string; children: (described: string | undefined) => ComponentChildren }) {
  const described = [look.help ? `${id}-help` : "", look.mistake ? `${id}-mistake` : ""].filter(Boolean).join(" ") || undefined;
  return (
    <div class="dads-field" data-mistake={look.mistake ? true : undefined}>
      <label class="dads-field__label" for={id}>
        {look.label}
        {look.required && <span class="dads-field__required">{t("field.required")}</span>}
      </label>
      {look.help && (
        <div class="dads-field__help" id={`${id}-help`}>
          {look.help}
        </div>
      )}
      {children(described)}
      {look.mistake && <Mistake id={`${id}-mistake`} text={look.mistake} />}
    </div>
  );
}

export function Mistake({ id, text }: { id?: string; text: string }) {
  return (
    <p class="dads-field__mistake" id={id}>
      <Icon name="alert" />
      {text}
    </p>
  );
}

interface Passed {
  autocomplete?: string;
  autocapitalize?: "none" | "sentences";
  spellcheck?: boolean;
  name?: string;
  inputMode?: "text" | "numeric" | "tel" | "email";
  maxLength?: number;
}
type InputProperties = FieldLook & { value: string; onValue: (value: string) => void; width?: "short" | "medium" | "full"; type?: "text" | "password" | "tel" } & Passed;

export function TextField({ label, help, mistake, required, id: given, value, onValue, width = "full", type = "text", ...rest }: InputProperties) {
  const own = useId();
  const id = given ?? own;
  return (
    <Frame look={{ label, help, mistake, required }} id={id}>
      {(described) => (
        <input
          {...rest}
          type={type as "text"}
          id={id}
          class="dads-input"
          data-width={width}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
          aria-required={required || undefined}
          aria-invalid={mistake ? true : undefined}
          aria-describedby={described}
        />
      )}
    </Frame>
  );
}

export function TextArea({ label, help, mistake, required, id: given, value, onValue, rows = 4, maxLength }: FieldLook & { value: string; onValue: (value: string) => void; rows?: number; maxLength?: number }) {
  const own = useId();
  const id = given ?? own;
  return (
    <Frame look={{ label, help, mistake, required }} id={id}>
      {(described) => (
        <textarea
          id={id}
          class="dads-input"
          rows={rows}
          maxLength={maxLength}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
          aria-required={required || undefined}
          aria-invalid={mistake ? true : undefined}
          aria-describedby={described}
        />
      )}
    </Frame>
  );
}

export interface Choice {
  value: string;
  label: string;
  help?: string;
}
export interface ChoiceGroup {
  label: string;
  choices: Choice[];
}

export function Select({ label, help, mistake, required, id: given, value, onValue, choices, groups = [], width = "medium" }: FieldLook & { value: string; onValue: (value: string) => void; choices: Choice[]; groups?: ChoiceGroup[]; width?: "short" | "medium" | "full" }) {
  const own = useId();
  const id = given ?? own;
  const options = (list: Choice[]) =>
    list.map((choice) => (
      <option key={choice.value} value={choice.value} selected={choice.value === value}>
        {choice.label}
      </option>
    ));
  return (
    <Frame look={{ label, help, mistake, required }} id={id}>
      {(described) => (
        <div class="dads-select" data-width={width}>
          <select id={id} class="dads-input" value={value} onChange={(event) => onValue(event.currentTarget.value)} aria-required={required || undefined} aria-invalid={mistake ? true : undefined} aria-describedby={described}>
            {options(choices)}
            {groups.map((group) => (
              <optgroup key={group.label} label={group.label}>
                {options(group.choices)}
              </optgroup>
            ))}
          </select>
          <Icon name="down" />
        </div>
      )}
    </Frame>
  );
}

// One of few, all in sight.
export function RadioGroup({ label, help, mistake, required, value, onValue, choices, layout = "rows" }: FieldLook & { value: string; onValue: (value: string) => void; choices: Choice[]; layout?: "rows" | "line" }) {
  const id = useId();
  const described = [help ? `${id}-help` : "", mistake ? `${id}-mistake` : ""].filter(Boolean).join(" ") || undefined;
  return (
    <fieldset class="dads-group" data-layout={layout} aria-describedby={described} data-mistake={mistake ? true : undefined}>
      <legend class="dads-field__label">
        {label}
        {required && <span class="dads-field__required">{t("field.required")}</span>}
      </legend>
      {help && (
        <div class="dads-field__help" id={`${id}-help`}>
          {help}
        </div>
      )}
      <div class="dads-group__choices">
        {choices.map((choice) => (
          <label class="dads-choice" key={choice.value}>
            <input type="radio" name={id} value={choice.value} checked={value === choice.value} onChange={() => onValue(choice.value)} />
            <span>
              {choice.label}
              {choice.help && <small>{choice.help}</small>}
            </span>
          </label>
        ))}
      </div>
      {mistake && <Mistake id={`${id}-mistake`} text={mistake} />}
    </fieldset>
  );
}

export function Checkbox({ label, help, checked, onValue }: { label: ComponentChildren; help?: string; checked: boolean; onValue: (checked: boolean) => void }) {
  return (
    <label class="dads-choice">
      <input type="checkbox" checked={checked} onChange={(event) => onValue(event.currentTarget.checked)} />
      <span>
        {label}
        {help && <small>{help}</small>}
      </span>
    </label>
  );
}

export interface TimeValue {
  year: string;
  month: string;
  day: string;
  clock: string;
}
export const noTime: TimeValue = { year: "", month: "", day: "", clock: "" };
export const isNoTime = (value: TimeValue) => !value.year && !value.month && !value.day && !value.clock;
export const timeOf = (value: TimeValue) => japaneseTime(value.year, value.month, value.day, value.clock);

// A time of Japan as numbers that are typed: year, month, day, clock; reads back what it understood, with 和暦.
export function TimeField({ label, help, mistake, required, value, onValue }: FieldLook & { value: TimeValue; onValue: (value: TimeValue) => void }) {
  const id = useId();
  const understood = timeOf(value);
  const described = `${id}-read${help ? ` ${id}-help` : ""}${mistake ? ` ${id}-mistake` : ""}`;
  const part = (name: keyof TimeValue, mark: string, size: number) => (
    <label class="dads-time__part" data-part={name}>
      <input
        class="dads-input"
        inputMode={name === "clock" ? "text" : "numeric"}
        autocomplete="off"
        size={size}
        value={value[name]}
        onInput={(event) => onValue({ ...value, [name]: event.currentTarget.value })}
        aria-invalid={mistake ? true : undefined}
        aria-describedby={described}
      />
      <span>{mark}</span>
    </label>
  );
  return (
    <fieldset class="dads-group dads-time" data-mistake={mistake ? true : undefined}>
      <legend class="dads-field__label">
        {label}
        {required && <span class="dads-field__required">{t("field.required")}</span>}
      </legend>
      {help && (
        <div class="dads-field__help" id={`${id}-help`}>
          {help}
        </div>
      )}
      <div class="dads-time__parts">
        {part("year", t("time.year"), 5)}
        {part("month", t("time.month"), 3)}
        {part("day", t("time.day"), 3)}
        {part("clock", t("time.clock"), 6)}
        <button type="button" class="dads-button" data-kind="text" data-size="small" onClick={() => onValue(japaneseParts(now.peek()))}>
          {t("time.now")}
        </button>
      </div>
      <p class="dads-time__read" id={`${id}-read`}>
        {understood ? fullTime(understood) : isNoTime(value) ? t("time.none") : t("time.not_understood")}
      </p>
      {mistake && <Mistake id={`${id}-mistake`} text={mistake} />}
    </fieldset>
  );
}
