// Calls a server with @grpc/grpc-js in every way; prints one line a scenario and fails at the first surprise.
// node client.js host:port [folder with ca.pem, client.key, client.pem]
'use strict';
const assert = require('assert');
const { grpc, Echo, tlsFiles } = require('./echo.js');

const [, , target, folder] = process.argv;
function credentials() {
  if (!folder) return grpc.credentials.createInsecure();
  const { ca, key, cert } = tlsFiles(folder, 'client');
  return grpc.credentials.createSsl(ca, key, cert);
}
const client = new Echo(target, credentials());

const unary = (c, request, metadata = new grpc.Metadata(), options = {}) => new Promise((resolve) => {
  const seen = {};
  const call = c.Unary(request, metadata, options, (error, reply) => Object.assign(seen, { error, reply }));
  call.on('metadata', (headers) => { seen.headers = headers; });
  call.on('status', (status) => resolve({ ...seen, status }));
});

const scenarios = {
  async unary() {
    for (const size of [0, 1, 70000, 3 << 20]) {
      const payload = Buffer.alloc(size, size & 255);
      const { error, reply } = await unary(client, { payload, number: -5, text: 'grüße' });
      assert.ifError(error);
      assert.ok(payload.equals(reply.payload));
      assert.strictEqual(reply.number, -5);
      assert.strictEqual(reply.text, 'grüße');
    }
  },

  async serverStreaming() {
    let expected = 0;
    for await (const message of client.Down({ payload: Buffer.alloc(5000), number: 100 })) {
      assert.strictEqual(message.number, expected++);
      assert.strictEqual(message.payload.length, 5000);
    }
    assert.strictEqual(expected, 100);
  },

  async clientStreaming() {
    const reply = await new Promise((resolve, reject) => {
      const call = client.Up((error, summary) => (error ? reject(error) : resolve(summary)));
      for (let i = 0; i < 30; i++) call.write({ payload: Buffer.alloc(300000) });
      call.end();
    });
    assert.strictEqual(reply.messages, 30);
    assert.strictEqual(reply.bytes, 9000000);
  },

  async duplex() {
    const call = client.Both();
    let received = 0;
    call.write({ number: 0 });
    for await (const message of call) {
      assert.strictEqual(message.number, received++);
      if (received < 50) call.write({ number: received, payload: Buffer.alloc(1000) });
      else call.end();
    }
    assert.strictEqual(received, 50);
  },

  async status() {
    const { error } = await unary(client, { text: 'status:7:100 % größer\nals das' });
    assert.strictEqual(error.code, grpc.status.PERMISSION_DENIED);
    assert.strictEqual(error.details, '100 % größer\nals das');
    assert.deepStrictEqual(error.metadata.get('why'), ['asked']);
    assert.deepStrictEqual([...error.metadata.get('why-bin')[0]], [1, 2, 3]);
  },

  async statusAfterMessages() {
    let received = 0;
    try {
      for await (const _ of client.Down({ number: 3, text: 'status:10:lost' })) received++;
      assert.fail('a stream that fails has to throw');
    } catch (error) {
      assert.strictEqual(error.code, grpc.status.ABORTED);
      assert.strictEqual(error.details, 'lost');
    }
    assert.strictEqual(received, 3);
  },

  async statusWhileSending() {
    const error = await new Promise((resolve) => {
      const call = client.Up((failure) => resolve(failure));
      call.on('error', () => {});
      call.write({ text: 'status:8:full' });
      const more = setInterval(() => call.write({ payload: Buffer.alloc(100000) }), 1);
      call.on('status', () => clearInterval(more));
    });
    assert.strictEqual(error.code, grpc.status.RESOURCE_EXHAUSTED);
    assert.strictEqual(error.details, 'full');
  },

  async metadata() {
    const metadata = new grpc.Metadata();
    metadata.set('custom', 'value');
    metadata.set('custom-bin', Buffer.from([0, 255, 10, 13, 1]));
    const { error, headers, status } = await unary(client, {}, metadata);
    assert.ifError(error);
    assert.deepStrictEqual(headers.get('answer'), ['value']);
    assert.deepStrictEqual(status.metadata.get('last'), ['value']);
    assert.deepStrictEqual([...status.metadata.get('last-bin')[0]], [0, 255, 10, 13, 1]);
  },

  async deadline() {
    const { error } = await unary(client, { text: 'wait' }, new grpc.Metadata(), { deadline: Date.now() + 300 });
    assert.strictEqual(error.code, grpc.status.DEADLINE_EXCEEDED);
  },

  async cancellation() {
    const error = await new Promise((resolve) => {
      const call = client.Down({ text: 'wait', number: 1 });
      call.on('data', () => call.cancel());
      call.on('error', resolve);
    });
    assert.strictEqual(error.code, grpc.status.CANCELLED);
  },

  async tooLarge() {
    const { error } = await unary(client, { payload: Buffer.alloc(5 << 20) });
    assert.strictEqual(error.code, grpc.status.RESOURCE_EXHAUSTED);
    assert.match(error.details, /5242885 bytes.*limit is 4194304/);
  },

  async unknownMethod() {
    const error = await new Promise((resolve) => {
      client.makeUnaryRequest('/securefl.test.v1.Echo/Nothing', (x) => x, (x) => x, Buffer.alloc(0), (failure) => resolve(failure));
    });
    assert.strictEqual(error.code, grpc.status.UNIMPLEMENTED);
  },

  async notAMessage() {
    const error = await new Promise((resolve) => {
      client.makeUnaryRequest('/securefl.test.v1.Echo/Unary', (x) => x, (x) => x, Buffer.from([0x0a, 0x7f, 0x01]), (failure) => resolve(failure));
    });
    assert.strictEqual(error.code, grpc.status.INTERNAL);
  },

  async compression() {
    const gzip = new Echo(target, credentials(), { 'grpc.default_compression_algorithm': 2 });
    const { error } = await unary(gzip, { payload: Buffer.alloc(100000) });
    assert.strictEqual(error.code, grpc.status.UNIMPLEMENTED);
    gzip.close();
  },

  async manyAtOnce() {
    // Below the limit of calls under way, which counts a call until its handler has returned, a little after the client sees its end.
    for (let first = 0; first < 200; first += 40) {
      const replies = await Promise.all(
        Array.from({ length: 40 }, (_, i) => unary(client, { number: first + i, payload: Buffer.alloc((first + i) * 100) })));
      replies.forEach(({ error, reply }, i) => {
        assert.ifError(error);
        assert.strictEqual(reply.number, first + i);
      });
    }
  },
};

(async () => {
  for (const [name, run] of Object.entries(scenarios)) {
    await run();
    console.log(`ok ${name}`);
  }
  client.close();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
