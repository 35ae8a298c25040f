/** What a person needs to know when something failed. */
export interface ProblemText {
  readonly what: string;
  readonly safe: string;
  readonly todo: string;
}

const UNCHANGED = 'Nothing was changed or sent.';
/** Without an answer the page cannot know; every request can be repeated. */
const UNKNOWN = 'It may or may not have happened. Trying again does nothing twice.';

const NOT_UNDERSTOOD: ProblemText = {
  what: 'The request was not understood.',
  safe: UNCHANGED,
  todo: 'Reload the page and try again. If it happens again, send us the Trace ID.',
};

/** What to say for each problem of the API, by its slug; `offline` and `no-answer` are this page's own. */
export const problems: Record<string, ProblemText> = {
  'bad-request': NOT_UNDERSTOOD,
  'idempotency-key': NOT_UNDERSTOOD,
  cursor: { what: 'The list has changed since it was opened.', safe: UNCHANGED, todo: 'Go back to the first page.' },
  unauthorized: { what: 'Your session has ended.', safe: UNCHANGED, todo: 'Sign in again, then try once more.' },
  'email-not-verified': {
    what: 'Your email address is not verified.',
    safe: UNCHANGED,
    todo: 'Ask your agency’s administrator to verify it, then sign in again.',
  },
  'account-not-active': {
    what: 'Your account is not active any more.',
    safe: UNCHANGED,
    todo: 'Ask your agency’s administrator to enable your account, then sign in again.',
  },
  'not-an-officer': {
    what: 'Only public officers can invite users.',
    safe: UNCHANGED,
    todo: 'Sign in with your agency’s email address. Vendors raise a service request.',
  },
  'network-not-allowed': {
    what: 'This is only open from your agency’s network.',
    safe: UNCHANGED,
    todo: 'Use a non-SE GSIB device on your agency’s network, then try again.',
  },
  forbidden: {
    what: 'The request was refused by a security rule.',
    safe: UNCHANGED,
    todo: 'Check what you typed and try again, or send us the Trace ID.',
  },
  'not-found': {
    what: 'There is nothing here.',
    safe: UNCHANGED,
    todo: 'It may have been removed, or it belongs to another officer.',
  },
  'invitation-not-valid': {
    what: 'This link is not valid.',
    safe: UNCHANGED,
    todo: 'A newer mail may have replaced it. Look for the latest one, or ask the person who invited you.',
  },
  'already-invited': {
    what: 'User with same email already exists.',
    safe: 'You have invited this person before. No second invitation was sent.',
    todo: 'Find the invite under Invite user status, or use another address.',
  },
  'invited-by-another': {
    what: 'Another officer has already invited this person.',
    safe: 'No second invitation was sent.',
    todo: 'The invite is not in your list. A colleague can hand it over to you, or use another address.',
  },
  'other-agency': {
    what: 'It belongs to another agency.',
    safe: UNCHANGED,
    todo: 'Hand it over to a colleague of that agency.',
  },
  'username-taken': { what: 'This TechPass username is taken.', safe: UNCHANGED, todo: 'Choose another username.' },
  'state-conflict': {
    what: 'This is not possible any more.',
    safe: UNCHANGED,
    todo: 'It has changed since this page was opened. Load the page again to see what it is now.',
  },
  'lost-race': {
    what: 'Somebody changed this at the same moment.',
    safe: 'Their change was saved, yours was not.',
    todo: 'Check what it is now, then try again.',
  },
  'version-mismatch': {
    what: 'This has changed since you opened it.',
    safe: 'Your change was not saved.',
    todo: 'Check what it is now, then make your change again.',
  },
  'too-large': {
    what: 'This is more than can be done at once.',
    safe: UNCHANGED,
    todo: 'Narrow it down, then try again.',
  },
  'unsupported-media-type': NOT_UNDERSTOOD,
  validation: { what: 'Some fields need fixing.', safe: UNCHANGED, todo: 'Each field says what to change.' },
  'idempotency-key-reused': {
    what: 'This form was sent before with other details.',
    safe: 'The first one was sent, this one was not.',
    todo: 'Reload the page and fill the form in again.',
  },
  'batch-empty': {
    what: 'No user is ready to be submitted.',
    safe: UNCHANGED,
    todo: 'Fix the rows with errors, or add users.',
  },
  'batch-has-errors': {
    what: 'Some users need fixing first.',
    safe: UNCHANGED,
    todo: 'Fix them, or submit only those that are ready.',
  },
  'version-required': NOT_UNDERSTOOD,
  'too-many-requests': {
    what: 'This was asked too often, or too soon after the last time.',
    safe: UNCHANGED,
    todo: 'Wait a little, then try again.',
  },
  internal: {
    what: 'Something went wrong on our side.',
    safe: UNKNOWN,
    todo: 'If it happens again, send us the Trace ID.',
  },
  unavailable: { what: 'The service is not available at the moment.', safe: UNKNOWN, todo: 'Try again in a minute.' },
  timeout: { what: 'This took too long.', safe: UNKNOWN, todo: 'Try again, or look under Invite user status.' },
  'seed-ineligible': {
    what: 'Your email domain cannot be onboarded to SEED.',
    safe: UNCHANGED,
    todo: 'Ask your agency’s administrator, or email support.',
  },
  'seed-by-service-request': {
    what: 'Vendors get SEED by a service request.',
    safe: UNCHANGED,
    todo: 'Raise a service request with the TechPass service desk.',
  },
  'upload-refused': {
    what: 'The file was not taken.',
    safe: 'Nothing was read or sent.',
    todo: 'Choose the file again. If it happens again, save it as a new .xlsx, .csv or .ods file and upload that.',
  },
  offline: { what: 'There was no connection.', safe: UNKNOWN, todo: 'Check your connection, then try again.' },
  'no-answer': { what: 'No answer came.', safe: UNKNOWN, todo: 'Check your connection, then try again.' },
};

export function problemText(slug: string): ProblemText {
  return problems[slug] ?? problems.internal!;
}
