// Written by `make describe` from shared/domain/src/fields/spec.rs; a test fails when it is out of date.

/** Each field of an invite, in the order of the template. */
export const FIELDS = {
  email: {
    label: 'Email address',
    max: null,
    required: 'always',
    part: 'invite',
    alike: 'nowhere',
  },
  username: {
    label: 'TechPass username',
    max: 64,
    required: 'vendors',
    part: 'account',
    alike: 'nowhere',
  },
  firstName: {
    label: 'First name',
    max: 64,
    required: 'one-of-them',
    part: 'profile',
    alike: 'nowhere',
  },
  lastName: {
    label: 'Last name',
    max: 64,
    required: 'one-of-them',
    part: 'profile',
    alike: 'nowhere',
  },
  countryCode: {
    label: 'Country code',
    max: null,
    required: 'never',
    part: 'profile',
    alike: 'rows',
  },
  contactNumber: {
    label: 'Contact number',
    max: null,
    required: 'always',
    part: 'profile',
    alike: 'nowhere',
  },
  organisation: {
    label: 'Organisation',
    max: 64,
    required: 'always',
    part: 'profile',
    alike: 'everywhere',
  },
  department: {
    label: 'Department',
    max: 64,
    required: 'never',
    part: 'profile',
    alike: 'everywhere',
  },
  seed: {
    label: 'Is onboarding to SEED required?',
    max: null,
    required: 'never',
    part: 'invite',
    alike: 'rows',
  },
  reason: {
    label: 'Reason',
    max: 255,
    required: 'always',
    part: 'invite',
    alike: 'everywhere',
  },
} as const;

/** Titles of columns that mean each field, without case, spaces and marks. The invitee's script has none of them. */
export const ALIASES = {
  email: 'email emailaddress workemail officialemail organisationemail',
  username: 'username techpassusername techpassuser',
  firstName: 'firstname givenname',
  lastName: 'lastname familyname surname',
  countryCode: 'countrycode countrycallingcode',
  contactNumber: 'contactnumber contactno mobilenumber mobileno mobile phonenumber phone',
  organisation: 'organisation organization organisationname agency company',
  department: 'department dept division',
  seed: 'onboardingtoseedrequired onboardtoseed seedonboarding seedrequired seed',
  reason: 'reasonforcreation reasonforinvitation reasonforinvite reason justification',
} as const;
