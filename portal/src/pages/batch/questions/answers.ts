import type { Schemas } from '../../../api/client';
import type { operations } from '../../../api/schema';
import {
  type AccountField,
  checkAlike,
  type Faults,
  fieldsOfKind,
  type Kind,
  labels,
  MANY_FIELDS,
  type ManyField,
  manyFieldsOf,
} from '../../../rules/forms';
import { type Column, fieldNamed, judge } from '../intake/columns';

export type Questions = NonNullable<Schemas['BatchBody']['questions']>;
export type Answers = operations['answerQuestions']['requestBody']['content']['application/json'];
/** The texts of the card's fields, by their pointers in the body of the answers, such as `values/reason`. */
export type Texts = Readonly<Record<string, string>>;

const TWICE = 'Another column holds this too. Leave one out.';

export const columnName = (at: number): string => `columns/${at}`;
export const valueName = (field: ManyField): string => `values/${field}`;

/** What the card starts with: what each column was taken for. Nothing else is chosen for the officer. */
export function startOf({ columns = [] }: Questions): Texts {
  return {
    worksheet: '',
    encoding: '',
    kind: '',
    columns: '',
    ...Object.fromEntries(columns.map(({ field }, at) => [columnName(at), fieldNamed(field) ?? ''])),
    ...Object.fromEntries(MANY_FIELDS.map((field) => [valueName(field), ''])),
  };
}

/** What the summary of faults calls each field of the card, in the order of the page. */
export function namesOf({ columns = [] }: Questions): Record<string, string> {
  return {
    worksheet: 'Worksheet',
    encoding: 'Text',
    kind: 'How to invite them',
    columns: 'Columns',
    ...Object.fromEntries(columns.map(({ title }, at) => [columnName(at), title])),
    ...Object.fromEntries(MANY_FIELDS.map((field) => [valueName(field), labels[field]])),
  };
}

/** What each column holds, as the officer says. */
export function columnsOf({ columns = [] }: Questions, texts: Texts): Column[] {
  return columns.map(({ title, column }, at) => ({ title, column, field: fieldNamed(texts[columnName(at)]) }));
}

export interface Missing {
  /** Fields of which each person has one of their own, so that a column has to be chosen. */
  readonly ofColumns: readonly AccountField[];
  /** Fields that may have one value for everybody. */
  readonly ofValues: readonly ManyField[];
}

/** What no column holds: the fields that every list needs, and others that the reader asks for. */
export function missingOf(questions: Questions, texts: Texts): Missing {
  const fields = fieldsOfKind(kindOf(texts));
  const columns = columnsOf(questions, texts);
  const asked = (questions.missing ?? []).flatMap((name) => fieldNamed(name) ?? []);
  // Where no column is asked about, only the reader knows what is there.
  const needed: readonly string[] = columns.length > 0 ? judge(columns).missing : [];
  const isFree = (field: AccountField) => columns.every((each) => each.field !== field);
  const isAsked = (field: ManyField) => asked.includes(field) || (field === 'seed' && kindOf(texts) === 'email');
  return {
    ofColumns: fields.filter((field) => needed.includes(field) && !isForAll(field)),
    ofValues: manyFieldsOf(kindOf(texts)).filter(
      (field) => needed.includes(field) || (isAsked(field) && isFree(field)),
    ),
  };
}

/** What the rows become, as far as it is chosen. */
export const kindOf = ({ kind }: Texts): Kind => (kind === 'email' ? 'email' : 'account');

/** Whether the columns are still to be looked at: not before it is chosen what the rows become. */
export const isKindOpen = ({ kinds = [] }: Questions, { kind }: Texts): boolean => kinds.length > 0 && !kind;

const isForAll = (field: AccountField): boolean => (MANY_FIELDS as readonly AccountField[]).includes(field);

/** The fields in words, with the names as one: one of them is enough. */
export function inWords(fields: readonly AccountField[]): string {
  const isName = (field: AccountField) => field === 'firstName' || field === 'lastName';
  const words = fields.filter((field) => !isName(field)).map((field) => labels[field]);
  return [...words, ...(fields.some(isName) ? ['First name, Last name or Full name'] : [])].join('; ');
}

/** What is wrong with each answer, in words. */
export function faultsOf(questions: Questions, texts: Texts): Faults<string> {
  const { ofColumns, ofValues } = missingOf(questions, texts);
  const columns = columnsOf(questions, texts);
  const { twice } = judge(columns);
  const faults: Record<string, string | undefined> = {
    worksheet: questions.worksheets?.length && !texts.worksheet ? 'Choose the worksheet to read.' : undefined,
    encoding: questions.encodings?.length && !texts.encoding ? 'Choose the text that looks right.' : undefined,
    kind: isKindOpen(questions, texts) ? 'Choose how they are to be invited.' : undefined,
    columns:
      ofColumns.length > 0 && !isKindOpen(questions, texts)
        ? `Choose the columns that hold these: ${inWords(ofColumns)}.`
        : undefined,
    ...Object.fromEntries(columns.map(({ field }, at) => [columnName(at), field && twice.has(field) ? TWICE : ''])),
    ...Object.fromEntries(
      ofValues.map((field) => [valueName(field), checkAlike(field, texts[valueName(field)] ?? '')]),
    ),
  };
  return Object.fromEntries(Object.entries(faults).filter(([, fault]) => fault)) as Faults<string>;
}

/** The answers as the API takes them: only what was asked, and only values of fields that no column holds. */
export function answersOf(questions: Questions, texts: Texts): Answers {
  const columns = columnsOf(questions, texts).map(({ field, ...column }) => ({ ...column, ...(field && { field }) }));
  const values = missingOf(questions, texts).ofValues.flatMap((field) => {
    const text = texts[valueName(field)];
    return text ? [[field, text] as const] : [];
  });
  return {
    ...(columns.length > 0 && { columns }),
    ...(values.length > 0 && { values: Object.fromEntries(values) }),
    ...(texts.worksheet && { worksheet: texts.worksheet }),
    ...(texts.encoding && { encoding: texts.encoding }),
    ...(questions.kinds?.length && { kind: kindOf(texts) }),
  };
}

/** The columns that will not be read, by their titles: those without a field, and those that invitees fill in. */
export function leftOutOf(questions: Questions, texts: Texts): readonly string[] {
  const fields: readonly (string | null)[] = [
    ...fieldsOfKind(kindOf(texts)),
    ...(kindOf(texts) === 'account' ? ['fullName'] : []),
  ];
  return columnsOf(questions, texts).flatMap(({ field, title }) => (fields.includes(field) ? [] : [title]));
}
