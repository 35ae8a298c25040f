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
    alike: 'personal',
  },
  firstName: {
    label: 'First name',
    max: 64,
    required: 'one-of-them',
    part: 'profile',
    alike: 'personal',
  },
  lastName: {
    label: 'Last name',
    max: 64,
    required: 'one-of-them',
    part: 'profile',
    alike: 'personal',
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
    alike: 'personal',
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
  fullName:
    'fullname name names nameinfull fullnames nameasinnric nameasinfin nameasinnricfin nameasinpassport ' +
    'nameaspernric nameaspernricfin fullnameasinnric fullnameaspernric fullnameasinnricfin fullnameaspernricfin ' +
    'nameofofficer nameofstaff nameofuser officername officersname staffname employeename',
  email:
    'email emails emailaddress emailaddresses emailid emailadd emailaddr mail mailaddress workemail ' +
    'workemailaddress workmail officialemail officialemailaddress organisationemail organisationemailaddress ' +
    'organizationemail businessemail businessemailaddress companyemail companyemailaddress agencyemail ' +
    'agencyemailaddress officeemail officeemailaddress corporateemail corporateemailaddress govemail govtemail ' +
    'governmentemail governmentemailaddress govsgemail contactemail useremail staffemail employeeemail',
  username: 'username usernames techpassusername techpassuser techpassuserid techpassid loginname',
  firstName: 'firstname firstnames givenname givennames forename forenames christianname personalname',
  lastName: 'lastname lastnames familyname familynames surname surnames',
  countryCode:
    'countrycode countrycallingcode callingcode dialcode diallingcode dialingcode phonecountrycode phonecode ' +
    'mobilecountrycode country countryorregion idd iddcode',
  contactNumber:
    'contactnumber contactnumbers contactno contactnos mobilenumber mobileno mobilephone mobilephonenumber ' +
    'mobilephoneno mobile phonenumber phoneno phone handphone handphonenumber handphoneno hp hpno hpnumber ' +
    'cellphone cellphonenumber cellnumber tel telno telnumber telephone telephonenumber telephoneno phonecontact ' +
    'contactphone contactphonenumber',
  organisation:
    'organisation organization organisationname organizationname org orgname agency agencyname companyname ' +
    'company ministry ministryagency agencyministry agencycompany companyagency organisationagency ' +
    'organisationcompany organisationcompanyname entity entityname employer employername vendor vendorname ' +
    'vendorcompany',
  department:
    'department departmentname dept deptname division divisionname deptdivision departmentdivision ' +
    'divisiondepartment branch section',
  seed:
    'onboardingtoseedrequired onboardtoseed onboardingtoseed seedonboarding seedonboardingrequired seedrequired ' +
    'requireseed requiresseed requiredseed seed needseed needsseed seedneeded seedaccess seedaccessrequired ' +
    'needseedaccess seedlicence seedlicense seedlicencerequired seedlicenserequired needseedlicence ' +
    'needseedlicense seeddevice seeddevices enrolseed enrollseed seedenrolment seedenrollment ' +
    'isonboardingtoseedrequired',
  reason:
    'reasonforcreation reasonforinvitation reasonforinvite reasonforaccess reasonforrequest reasonforaccount ' +
    'reasonforapplication reasonforonboarding reason reasons justification justifications businessjustification ' +
    'businessreason purpose purposeofaccess purposeofrequest purposeofaccount purposeofinvitation purposeofinvite ' +
    'usecase',
} as const;

/** Family names of Singapore that are written first, in lower case. */
export const FAMILY_FIRST =
  'ang aw bay boey boo cai chan chang chay chee chen cheng cheong chew chia chiang chin ching choi chong choo ' +
  'chow choy chu chua chui chun chung fang feng fong foo gan gao goh gong guo han heng ho hoe hoh hong hoo hu ' +
  'huang hui hung jiang kam kan kang kee keh khoo khor kim ko koh kok kong koo kow kuan kwan kwek kwok lai lam ' +
  'lau law lee leong leow leung lew li liang liao liew lim lin ling liu lo loh loke loo looi low lu luo lye ma ' +
  'mah mak mok mun neo ng ngo nguyen ning oh on ong ooi pan pang park peh peng phang phua poh poon quah quek ' +
  'san seah see seet seow sha shen sim sin siow sng soh song soo su sun sze tan tang tay teh teng teo thia thng ' +
  'thong tian ting toh tong tran tse tsui wang wee wei wen wong woo wu xie xu yam yan yang yao yap ye yee yen ' +
  'yeo yeoh yeung yew yim yip yong yu yuan yuen yue yeow zhang zhao zheng zhong zhou zhu zou';
