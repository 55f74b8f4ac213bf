import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemNetworkView } from './network-view.js';
import { clientFor, fetchText, INSIDE, NetworkDouble, OUTSIDE, type Site, startSite } from './site.fixture.js';

const INNER_LITERALS = [
  ...[
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '0',
    '017700000001',
    '3232235521',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '127.0.0.1',
    '127.0.0.1.',
  ],
  ...[
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '192.0.0.1',
    '240.0.0.1',
  ],
  ...[
    '255.255.255.255',
    '224.0.0.1',
    '[::]',
    '[::1]',
    '[::127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:127.0.0.1]',
    '[64:ff9b::7f00:1]',
  ],
  ...['[2002:7f00:1::]', '[2001:0:7f00:1::]', '[fe80::1]', '[fc00::1]', '[fd00:ec2::254]', '[ff02::1]', '[0:0:0:0:0:0:0:1]'],
];

/** What names stand for in these tests. `localhost` is there on every machine. */
const NAMES: Record<string, string[]> = {
  'outside.example': [OUTSIDE],
  'inside.example': [INSIDE],
  'outside.and.inside.example': [OUTSIDE, INSIDE],
  'inside.and.outside.example': [INSIDE, OUTSIDE],
  '127.0.0.1.nip.io': [INSIDE],
  'alias-of-inside.example': [INSIDE],
  'metadata.example': ['169.254.169.254'],
  'six.example': ['::1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'scoped.example': ['fe80::1%lo'],
  'empty.example': [],
  localhost: [INSIDE],
  'localhost.': [INSIDE],
};

describe('where an outgoing call may lead', () => {
  let outside: Site;
  let sink: Site;
  const network = new NetworkDouble((name) => NAMES[name] ?? []);
  const client = () => clientFor(network, [sink.port]);

  beforeAll(async () => {
    sink = await startSite((_, response) => response.end('the secret of an inner service'), INSIDE);
    // The same port on the other address: what is refused is refused for its address alone.
    outside = await startSite((_, response) => response.end('a recording'), OUTSIDE, sink.port);
  });
  afterAll(() => {
    outside.close();
    sink.close();
  });

  it.each(INNER_LITERALS)('refuses the literal %s when it is given and when it is fetched (S1)', async (host) => {
    const address = `http://${host}:${sink.port}/`;
    expect(() => client().check(address, ['http'])).toThrow(expect.objectContaining({ code: 'host_not_public' }));
    await expect(fetchText(client(), address)).rejects.toMatchObject({ code: 'host_not_public' });
    expect(sink.hits()).toBe(0);
  });

  it('reaches what is outside, by literal and by name', async () => {
    expect(await fetchText(client(), `http://${OUTSIDE}:${sink.port}/`)).toBe('a recording');
    expect(await fetchText(client(), `http://outside.example:${sink.port}/`)).toBe('a recording');
  });

  it.each(Object.keys(NAMES).filter((name) => name !== 'outside.example'))('refuses the name %s (S2)', async (name) => {
    const refusal = await fetchText(client(), `http://${name}:${sink.port}/`).catch((error: Error) => error);
    expect(refusal).toMatchObject({ code: 'host_not_public' });
    expect(sink.hits()).toBe(0);
  });

  it('says the same of an inner name and of one that is not there (S2)', async () => {
    const said = async (name: string) => {
      const error = (await fetchText(client(), `http://${name}:${sink.port}/`).catch((thrown: unknown) => thrown)) as Error;
      return error.message.replace(name, 'NAME');
    };
    expect(await said('inside.example')).toBe(await said('not-there.example'));
    expect(await said('inside.example')).not.toContain(INSIDE);
  });

  it('refuses localhost as this machine knows it (S2)', async () => {
    const real = clientFor(new SystemNetworkView(), [sink.port]);
    await expect(fetchText(real, `http://LOCALHOST:${sink.port}/`)).rejects.toMatchObject({ code: 'host_not_public' });
    // With a dot it is a question for DNS on some machines, which the one of the tests may not have.
    const dotted = fetchText(real, `http://localhost.:${sink.port}/`);
    await expect(dotted).rejects.toMatchObject({ code: expect.stringMatching(/^host_(not_public|unreachable)$/) });
    expect(sink.hits()).toBe(0);
  });

  it('tells a name server that fails from a name that is not there (S2)', async () => {
    const failing = new NetworkDouble(() => Promise.reject(Object.assign(new Error('queryA ESERVFAIL'), { code: 'EAI_AGAIN' })));
    await expect(fetchText(clientFor(failing, [80]), 'http://outside.example/')).rejects.toMatchObject({
      code: 'host_unreachable',
    });
    const silent = new NetworkDouble(() => new Promise(() => undefined));
    const late = fetchText(clientFor(silent, [80]), 'http://outside.example/', { connectSeconds: 0.05 });
    await expect(late).rejects.toMatchObject({ code: 'host_unreachable' });
  });

  it('dials what it judged when a name answers differently each time, 200 times (S3)', async () => {
    const flipping = new NetworkDouble((_, before) => [before % 2 === 0 ? OUTSIDE : INSIDE]);
    const rebound = clientFor(flipping, [sink.port]);
    const before = outside.hits();
    const outcomes = [];
    for (let call = 0; call < 200; call += 1) {
      const name = `http://rebind.example:${sink.port}/`;
      outcomes.push(await fetchText(rebound, name).catch((error: { code: string }) => error.code));
    }
    expect(new Set(outcomes.filter((_, call) => call % 2 === 0))).toEqual(new Set(['a recording']));
    expect(new Set(outcomes.filter((_, call) => call % 2 === 1))).toEqual(new Set(['host_not_public']));
    // Asked once a call: nobody asks again between the judgement and the connection.
    expect([flipping.asked.get('rebind.example'), outside.hits() - before, sink.hits()]).toEqual([200, 100, 0]);
  });

  it.each([
    'file:///etc/passwd',
    'gopher://outside.example/',
    'ftp://outside.example/a.wav',
    'ws://outside.example/',
    'data:audio/wav;base64,AAAA',
    'javascript:alert(1)',
    'blob:http://outside.example/1',
    '//outside.example/',
    'outside.example/a.wav',
    '',
    'http://',
    'http://user@outside.example/',
    'http://user:secret@outside.example/',
    'http://:secret@outside.example/',
    'http://outside.example\\@127.0.0.1/',
    'http:\\\\127.0.0.1/',
    'http://127.0.\t0.1/',
    'http://outside.example/a b',
    'http://outside.example/\n',
    ` http://outside.example/`,
    'http://outside.example:99999/',
    'http://1.2.3.4.5/',
    'http://[::1%25lo]/',
    `http://outside.example/${'a'.repeat(4_096)}`,
  ])('does not take %j for an address (S5)', async (address) => {
    await expect(fetchText(client(), address)).rejects.toMatchObject({ code: 'address_invalid' });
  });

  it('never repeats a password (S5)', async () => {
    const refusal = fetchText(client(), 'http://user:correct-horse@outside.example/');
    await expect(refusal).rejects.not.toMatchObject({ message: expect.stringContaining('horse') });
  });

  it('takes the host before a # or ? for the host (S5)', async () => {
    for (const tail of ['#@outside.example/', '?@outside.example/', '/@outside.example/'])
      await expect(fetchText(client(), `http://127.0.0.1:${sink.port}${tail}`)).rejects.toMatchObject({
        code: 'host_not_public',
      });
  });

  it('refuses plain HTTP where only TLS will do (S5)', async () => {
    const refusal = fetchText(client(), `http://outside.example:${sink.port}/`, { schemes: ['https'] });
    await expect(refusal).rejects.toMatchObject({ code: 'address_invalid' });
  });

  it('refuses other ports of the public internet, and none of a host that is allowed by name (S5)', async () => {
    for (const port of [22, 25, 5432, 6379])
      await expect(fetchText(client(), `http://outside.example:${port}/`)).rejects.toMatchObject({ code: 'port_refused' });
    const allowed = clientFor(network, [443], 'inside.example');
    expect(await fetchText(allowed, `http://INSIDE.example:${sink.port}/`)).toContain('inner service');
    await expect(fetchText(allowed, `http://${INSIDE}:${sink.port}/`)).rejects.toMatchObject({ code: 'host_not_public' });
  });

  it('allows a network with all of its addresses and no other (S5)', () => {
    const allowed = clientFor(network, [443], '10.1.0.0/16,fd00::/8');
    expect(allowed.check('http://10.1.2.3:9000/', ['http']).port).toBe('9000');
    expect(allowed.check('http://[fd00::1]:9000/', ['http']).port).toBe('9000');
    for (const host of ['10.2.0.1', '[fc00::1]', '[::ffff:10.1.2.3]'])
      expect(() => allowed.check(`http://${host}/`, ['http'])).toThrow(expect.objectContaining({ code: 'host_not_public' }));
  });

  it('refuses public addresses that are its own (S6)', async () => {
    const home = new NetworkDouble(() => ['93.184.216.34']);
    home.own = ['93.184.216.34', '2606:2800:220:1::1'];
    for (const host of ['93.184.216.34', 'steno.example', '[2606:2800:220:1::1]'])
      await expect(fetchText(clientFor(home, [80]), `http://${host}/`)).rejects.toMatchObject({ code: 'host_not_public' });
    expect(new SystemNetworkView().ownAddresses()).toContain('127.0.0.1');
  });
});
