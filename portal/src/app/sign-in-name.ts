/** A name that the service gave an account itself, because its holder signs in with the email address. */
const OWN_NAME = /^po-[0-9a-f]{26}$/;

/** The name that a person signs in with, as in their mail: a vendor's username, else the email address. */
export function signInNameOf(claims: { readonly [name: string]: unknown } | undefined): string | undefined {
  const name = claims?.['cognito:username'];
  if (typeof name === 'string' && !OWN_NAME.test(name) && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name))
    return name;
  return typeof claims?.email === 'string' ? claims.email : undefined;
}
