// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { type ColumnChoice, type ColumnOptions, chooseColumns } from '../../src/lists/columns.js';

function choose(lines: readonly string[], options: ColumnOptions = {}): ColumnChoice {
  return chooseColumns(
    lines.map((line) => line.split(',')),
    options,
    'list.csv',
  );
}

describe('columns that are guessed', () => {
  it.each([
    'phone',
    'Phone Number',
    'mobile_phone',
    'mobilePhone',
    'MOBILE',
    'Cell',
    'Tel.',
    'telephone',
    'Téléphone portable',
    'Telefonnummer',
    'Handy',
    'Móvil',
    'Celular',
    'phone1',
    'tel1',
    'MSISDN',
    'TELF1',
    'TELF2',
    'Tlf.',
    'Telemóvel',
    'Matkapuhelin',
    'Мобильный телефон',
    'Τηλέφωνο',
    '电话',
    '携帯電話',
    '휴대폰',
    'הטלפון הנייד',
    'رقم الهاتف',
    'เบอร์โทรศัพท์',
    'मोबाइल',
  ])('a column named %s holds telephone numbers', (name) => {
    const { columns } = choose([`id,${name}`, '1,(415) 555-0123']);
    expect(columns).toEqual({ header: ['id', name], phone: [1], email: [], country: undefined });
  });

  it.each([
    'email',
    'E-Mail',
    'e_mail',
    'Email address',
    'emailAddress',
    'mail',
    'Correo',
    'Courriel',
    'SMTP_ADDR',
    'Mejl',
    'Эл. почта',
    '邮箱',
    'メール',
    '이메일',
    'البريد الإلكتروني',
  ])('a column named %s holds e-mail addresses', (name) => {
    const { columns } = choose([`id,${name}`, '1,ada@example.com']);
    expect(columns).toMatchObject({ phone: [], email: [1] });
  });

  it('says what was guessed, why, and how to overrule it', () => {
    expect(choose(['id,Mobile phone,Contact', '1,(415) 555-0123,ada@example.com']).notes).toEqual([
      'its first line is a header (guessed; --no-header overrules)',
      'column 2 "Mobile phone" holds telephone numbers (by its name; --column NAME=phone overrules)',
      'column 3 "Contact" holds e-mail addresses (1 of its first 1 cells are some; --column NAME=email overrules)',
    ]);
  });

  it('does not believe a name that the cells contradict', () => {
    const { columns } = choose([
      'phone_type,phone_opt_in,phone_since,email_opt_in,contact,address',
      'home,yes,2024-01-05,no,+14155550123,ada@example.com',
    ]);
    expect(columns).toMatchObject({ phone: [4], email: [5] });
  });

  it('takes the column with the most readable numbers of several, and names the others', () => {
    const { columns, notes } = choose(
      ['home phone,mobile phone', 'n/a,415-555-0123', '4155550124,415-555-0125'],
      { country: 'US' },
    );
    expect(columns.phone).toEqual([1]);
    expect(notes.at(-1)).toBe('column 1 "home phone" may hold telephone numbers too and is not used');
  });

  it('counts cells of several numbers or addresses as what they are', () => {
    const contacts = choose(
      [
        'Phone 1 - Value,Phone 2 - Value,E-mail 1 - Value,E-mail 2 - Value',
        '0171 2345678 ::: 030 901820,030 901821,a@x.org ::: b@x.org,c@x.org',
        '0171 2345680 ::: 030 901822,,d@x.org ::: e@x.org,',
      ],
      { country: 'DE' },
    );
    expect(contacts.columns).toMatchObject({ phone: [0], email: [2] });
    const byContent = choose(['Name,Reach,Write', 'Ada,0171 2345678; 030 901820,a@x.org; b@x.org'], {
      country: 'DE',
    });
    expect(byContent.columns).toMatchObject({ phone: [1], email: [2] });
  });

  it('recognises a file without a header by its contents', () => {
    const { columns } = choose(['1,415 555 0123,ada@example.com', '2,415 555 0124,'], { country: 'US' });
    expect(columns).toEqual({ header: undefined, phone: [1], email: [2], country: undefined });
  });

  it('takes numbers in five pairs for telephone numbers, though the first three could be a date', () => {
    const rows = ['06 12 34 56 78,France', '01 02 03 04 05,'];
    for (const option of [{ country: 'FR' }, { country: 'FR', countryColumn: 'Mailing Country' }])
      expect(choose(['phone,Mailing Country', ...rows], option).columns.phone).toEqual([0]);
  });

  it('does not take dates, identity numbers or amounts for telephone numbers', () => {
    expect(() => choose(['born,ssn,paid', '1970-01-05,123-45-6789,1234567.50'], { country: 'US' })).toThrow(
      'No column of list.csv could be recognised',
    );
  });

  it('says how many rows have a number in a column that is not used alone', () => {
    const rows = Array.from(
      { length: 8 },
      (_, i) => `+1415555012${i},${i < 2 ? `+1415555013${i}` : i === 2 ? 'n/a' : ''}`,
    );
    const { columns, notes } = choose(['Phone Number,Mobile Phone Number', ...rows]);
    expect(columns.phone).toEqual([1]);
    expect(notes.at(-1)).toBe(
      'column 1 "Phone Number" may hold telephone numbers too and is not used: 6 of the first 8 rows have one there and none in ' +
        'column 2 "Mobile Phone Number" (--column NAME=phone for each reads both)',
    );
  });

  it('says nothing of a column of countries in which there is none', () => {
    const notes = (country: string) => choose(['phone,country', `+14155550123,${country}`]).notes.join();
    expect(notes('')).not.toContain('country');
    expect(notes('Atlantis')).toContain('too many of its cells name no country');
  });

  it('does not take addresses of machines for telephone numbers, nor pairs of digits for such addresses', () => {
    const hosts = ['84.132.17.201', '91.123.45.67', '93.184.216.34', '178.3.10.99'];
    const lines = hosts.map((host, i) => `${host},0171 23456${i}8`);
    expect(choose(lines, { country: 'DE' }).columns.phone).toEqual([1]);
    expect(choose(['Client,Reach', ...lines], { country: 'DE' }).columns.phone).toEqual([1]);
    expect(choose(['26.12.34.56,a', '20.12.34.57,b'], { country: 'DK' }).columns.phone).toEqual([0]);
  });

  it('reads national numbers in the country of their row', () => {
    const lines = ['nation,reach', 'DE,030 123456', 'FR,01 23 45 67 89'];
    expect(choose(lines, { countryColumn: 'nation' }).columns).toMatchObject({ phone: [1], country: 0 });
    // Its name and its cells say so.
    expect(choose(lines).columns).toMatchObject({ phone: [1], country: 0 });
    expect(choose(lines).notes).toContain(
      'column 1 "nation" holds countries (by its name; --country-column overrules)',
    );
    expect(() => choose(lines.map((line) => line.replace('nation', 'origin')))).toThrow('No column');
  });

  it.each(['country_code', 'phone_country_code', 'Dial Code', 'callingCode', 'Landesvorwahl'])(
    'takes a column %s of codes that are dialled for the country of a row, and no other digits',
    (name) => {
      const codes = choose([`${name},phone`, '44,2079460958', '+1,4155550123']);
      expect(codes.columns).toMatchObject({ phone: [1], country: 0 });
      const others = choose([`${name},phone`, '999,+442079460958', '5,+14155550123']);
      expect(others.columns).toMatchObject({ phone: [1], country: undefined });
    },
  );

  it('says that a column of digits could be one, and takes none that is called fax in any script', () => {
    const lines = ['id,member,mail', '1,4155550123,ada@example.com', '2,4155550124,bob@example.com'];
    expect(choose(lines, { country: 'US' }).notes.at(-1)).toBe(
      'column 2 "member" may hold telephone numbers and is not used: its digits alone do not say so (--column NAME=phone takes it)',
    );
    const accounts = lines.map((line) => line.replace('member', 'account'));
    expect(choose(accounts, { country: 'US' }).notes.join()).not.toContain('may hold');
    expect(choose(['传真电话,mail', '01012345678,ada@example.com']).columns.phone).toEqual([]);
  });

  it('finds addresses among what is written for want of one', () => {
    const lines = ['id,reach', '1,none@none.com', '2,none@none.com', '3,ada@example.com'];
    expect(choose(lines).columns.email).toEqual([1]);
  });

  it('takes a named column with nothing in it', () => {
    expect(choose(['id,phone', '1,', '2,']).columns.phone).toEqual([1]);
    expect(choose(['id,phone']).columns.phone).toEqual([1]);
  });

  it('lists the columns and the option when nothing is found', () => {
    expect(() => choose(['id,name', '1,Ada'])).toThrow(
      /It has column 1 "id", column 2 "name"\. Say which to use: --column NAME=phone/,
    );
  });

  it('mentions the country when the lack of one may be the reason', () => {
    const lines = ['4155550123', '4155550124'];
    expect(() => choose(lines)).toThrow('recognised when --country is given');
    expect(() => choose(['1', '2'], { country: 'US' })).toThrow(/from 1\.$/);
    expect(choose(lines, { country: 'US' }).columns.phone).toEqual([0]);
  });

  it('reads through invisible characters in a name, and shows none that could control a terminal', () => {
    const { columns, notes } = choose(['\u200bphone ,mail\u001b[2J', '+14155550123,ada@example.com']);
    expect(columns).toMatchObject({ phone: [0], email: [1] });
    expect(notes[1]).toContain('column 1 "phone" holds');
    expect(notes[2]).toContain('column 2 holds');
    const declared = { columns: [{ name: 'Phone', field: 'phone' }] } as const;
    expect(choose(['\u200bphone ,x', '1,2'], declared).columns.phone).toEqual([0]);
  });

  it('never shows a cell, not even one that was declared to be a header', () => {
    const row = 'Ada,+1 415 555 0123,x@y';
    const failing = (): unknown =>
      choose([row, row], { header: true, columns: [{ name: 'q', field: 'phone' }] });
    expect(failing).toThrow('column 1 "Ada", column 2, column 3.');
    expect(() => choose([row, row], { columns: [{ name: 'q', field: 'phone' }] })).toThrow(
      'It has column 1, column 2, column 3 and no header.',
    );
  });
});

describe('columns by evidence', () => {
  /** Rows of a table with this column and addresses beside it. */
  const table = (name: string, cells: readonly string[]): string[] => [
    `name;${name};mail`.replaceAll(';', ','),
    ...cells.map((cell, i) => `Ada,${cell},a${i}@example.com`),
  ];
  const phonesOf = (name: string, cells: readonly string[], options: ColumnOptions = {}): readonly number[] =>
    choose(table(name, cells), options).columns.phone;

  it.each([
    ['Fodelsedatum', ['19850102', '19900512', '19771130'], 'SE'],
    ['Geb.', ['01.02.1985', '12.05.1990'], 'DE'],
    ['Kontonummer', ['0532013000', '0648489890'], 'DE'],
    ['IBAN', ['DE89370400440532013000', 'DE44500105175407324931'], 'DE'],
    ['account', ['4155550123', '4155550124'], 'US'],
    ['customer id', ['2125550123', '2125550124'], 'US'],
    ['SSN', ['212-55-0123', '415-55-0124'], 'US'],
    ['lat', ['52.5200066', '48.1371079'], 'DE'],
    ['ZIP', ['94105-1234', '10001-0001'], 'US'],
    ['PLZ Ort', ['0301234567', '0891234567'], 'DE'],
    ['price', ['1.234.567', '2.345.678'], 'DE'],
    ['Phonetic First Name', ['Ada', 'Bob'], 'US'],
    ['Fax', ['+1 415 555 0123', '+1 415 555 0124'], 'US'],
    ['ref', ['4155550123', '2125550124'], 'US'],
    ['number', ['030123456', '19850102', '12345678'], 'DE'],
  ])('a column "%s" of %j holds no telephone numbers', (name, cells, country) => {
    expect(phonesOf(name, cells, { country })).toEqual([]);
  });

  it.each([
    ['contact', ['+1 415 555 0123', '+14155550124'], undefined],
    ['contact', ['(415) 555-0123', '415-555-0124'], 'US'],
    ['Kontakt', ['030 123456', '0151 12345678'], 'DE'],
    ['reach', ['Tel. 415 555 0123', 'tel:+14155550124'], 'US'],
    ['Phone', ['4155550123', '2125550124'], 'US'],
    ['Phone', ['n/a', 'n/a', '-'], 'US'],
    ['Mobile Number', ['4155550123'], 'US'],
    ['Telefonnr.', ['030123456'], 'DE'],
    ['Puhelinnumero', ['0401234567'], 'FI'],
  ])('a column "%s" of %j holds telephone numbers', (name, cells, country) => {
    expect(phonesOf(name, cells, { country })).toEqual([1]);
  });

  it.each([
    [['Business Phone', 'Home Phone', 'Mobile Phone'], 2],
    [['Default Address Phone', 'Phone'], 1],
    [['Work Phone', 'Phone'], 1],
    [['Other Phone', 'Assistant Phone', 'Home Phone'], 2],
    [['Contact ID', 'Mobile'], 1],
    [['Phone Type', 'Phone 1 - Value'], 1],
  ])('of %j, column %i counting from 0 is taken', (names, column) => {
    const cells = names.map((_, i) => `+1 415 555 01${10 + i}`);
    expect(choose([names.join(','), cells.join(',')]).columns.phone).toEqual([column]);
  });

  it('prefers a worse name to a column that is as good as empty', () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${i === 0 ? '+14155550123' : ''},+1415555${1000 + i}`);
    expect(choose(['Mobile,Home phone', ...rows]).columns.phone).toEqual([1]);
  });

  it('takes bare digits without a name where hardly any other could be meant', () => {
    expect(choose(['4917112345678,a', '4915123456789,b'], { country: 'DE' }).columns.phone).toEqual([0]);
    expect(choose(['4155550123,a', '2125550124,b'], { country: 'US' }).columns.phone).toEqual([0]);
    expect(() => choose(['19850102,a', '19900512,b'], { country: 'SE' })).toThrow('No column');
    expect(() => choose(['4155550123,a', '1185550124,b'], { country: 'US' })).toThrow('No column');
  });

  it('finds the country of each row, and takes what somebody says before it', () => {
    const lines = ['Phone,Mailing Country,Country', '030 123456,DE,US', '01 23 45 67 89,FR,US'];
    expect(choose(lines).columns.country).toBe(2);
    expect(choose(lines, { country: 'DE' }).columns.country).toBe(2);
    expect(choose(lines, { countryColumn: '' }).columns.country).toBeUndefined();
    expect(choose(lines, { countryColumn: 'Mailing Country' }).columns.country).toBe(1);
    expect(choose(['LAND1,TELF1', 'DE,030 123456']).columns).toMatchObject({ country: 0, phone: [1] });
    const elsewhere = choose(['Phone,Country', '+14155550123,Elsewhere']);
    expect(elsewhere.columns.country).toBeUndefined();
    // Who expects it to be used hears of it.
    const notUsed = /^column 2 "Country" is not used: .*--country-column overrules/;
    expect(elsewhere.notes.at(-1)).toMatch(notUsed);
    const declined = choose(['Phone,Country', '+14155550123,Elsewhere'], { countryColumn: '' });
    expect(declined.notes.at(-1)).not.toMatch(notUsed);
    const withErrors = ['Phone,Land', '030 123456,Deutschland', '01 23 45 67 89,France', '#NV,#NV'];
    expect(choose(withErrors).columns.country).toBe(1);
  });

  it('reads a header that is one name short, as R writes it', () => {
    const { columns, notes } = choose([
      '"phone","mail"'.replaceAll('"', ''),
      '1,+14155550123,ada@example.com',
    ]);
    expect(columns).toMatchObject({ header: ['', 'phone', 'mail'], phone: [1], email: [2] });
    expect(notes).toContain('the header is one name short: its names are taken to begin with column 2');
  });
});

describe('columns that are declared', () => {
  const lines = ['id,Phone,phone,mail', '1,4155550123,4155550124,ada@example.com'];

  it('are found by name, by name in another case, and by number', () => {
    const columns = [
      { name: 'Phone', field: 'phone' },
      { name: 'MAIL', field: 'email' },
      { name: '3', field: 'phone' },
    ] as const;
    expect(choose(lines, { columns })).toMatchObject({
      columns: { header: lines[0]!.split(','), phone: [1, 2], email: [3], country: undefined },
      chosen: [
        { number: 2, name: 'Phone', kind: 'phone', why: '--column' },
        { number: 3, name: 'phone', kind: 'phone', why: '--column' },
        { number: 4, name: 'mail', kind: 'email', why: '--column' },
      ],
      notes: [
        'its first line is a header (guessed; --no-header overrules)',
        'column 2 "Phone" holds telephone numbers (--column)',
        'column 3 "phone" holds telephone numbers (--column)',
        'column 4 "mail" holds e-mail addresses (--column)',
      ],
    });
  });

  it('switch the guessing off', () => {
    expect(choose(lines, { header: true, columns: [{ name: 'mail', field: 'email' }] })).toMatchObject({
      columns: { header: lines[0]!.split(','), phone: [], email: [3], country: undefined },
      notes: ['column 4 "mail" holds e-mail addresses (--column)'],
    });
  });

  it('make the first line a header when they name it, whatever it looks like', () => {
    const { columns } = choose(['5551234567,b', '1,2'], {
      columns: [{ name: '5551234567', field: 'phone' }],
    });
    expect(columns).toMatchObject({ header: ['5551234567', 'b'], phone: [0] });
  });

  it.each([
    ['a name that is not there', 'fax', /has no column "fax".*Give one of them, or its number from 1/],
    ['a number that is not there', '5', /has no column "5"/],
    ['zero', '0', /has no column "0"/],
    ['a name that two columns have', 'PHONE', /has 2 columns named "PHONE". Give the number.*2 or 3/],
  ])('are refused for %s', (_, name, message) => {
    expect(() => choose(lines, { columns: [{ name, field: 'phone' }] })).toThrow(message);
    expect(() => choose(lines, { countryColumn: name })).toThrow(message);
  });

  it('are refused when two name one column', () => {
    const columns = [
      { name: '4', field: 'phone' },
      { name: 'mail', field: 'email' },
    ] as const;
    expect(() => choose(lines, { columns })).toThrow(
      'column 4 "mail" of list.csv is named by two --column options',
    );
  });
});
