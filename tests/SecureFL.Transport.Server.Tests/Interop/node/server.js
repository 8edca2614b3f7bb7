// The echo service on @grpc/grpc-js; prints its port, then what it hears of calls that end early. Ends with its standard input.
// node server.js [folder with ca.pem, server.key, server.pem]
'use strict';
const { grpc, Echo, tlsFiles } = require('./echo.js');

const folder = process.argv[2];

function begin(call, request, done) {
  const custom = call.metadata.get('custom');
  const trailers = new grpc.Metadata();
  if (custom.length) {
    const headers = new grpc.Metadata();
    headers.set('answer', custom[0]);
    call.sendMetadata(headers);
    trailers.set('last', custom[0]);
    trailers.set('last-bin', call.metadata.get('custom-bin')[0] || Buffer.from([255, 0]));
  }

  if (request.text.startsWith('status:')) {
    const [, code, details] = request.text.match(/^status:(\d+):([^]*)$/);
    trailers.set('why', 'asked');
    trailers.set('why-bin', Buffer.from([1, 2, 3]));
    done({ code: Number(code), details, metadata: trailers });
  } else if (request.text === 'wait') {
    console.log(`waiting ${call.getDeadline() instanceof Date || Number.isFinite(call.getDeadline()) ? 'deadline' : 'forever'}`);
    call.on('cancelled', () => console.log('cancelled'));
  } else {
    done(null, trailers);
  }
}

const server = new grpc.Server();
server.addService(Echo.service, {
  Unary(call, callback) {
    begin(call, call.request, (error, trailers) => callback(error, call.request, trailers));
  },

  Down(call) {
    for (let i = 0; i < call.request.number; i++) call.write({ number: i, payload: call.request.payload });
    begin(call, call.request, (error, trailers) => (error ? call.emit('error', error) : call.end(trailers)));
  },

  Up(call, callback) {
    const summary = { messages: 0, bytes: 0, text: '' };
    let failed = false;
    call.on('data', (request) => {
      summary.messages++;
      summary.bytes += request.payload.length;
      begin(call, request, (error) => {
        if (error && !failed) {
          failed = true;
          callback(error);
        }
      });
    });
    call.on('end', () => failed || callback(null, summary));
  },

  Both(call) {
    call.on('data', (request) => begin(call, request, (error) => (error ? call.emit('error', error) : call.write(request))));
    call.on('end', () => call.end());
  },
});

function credentials() {
  if (!folder) return grpc.ServerCredentials.createInsecure();
  const { ca, key, cert } = tlsFiles(folder, 'server');
  return grpc.ServerCredentials.createSsl(ca, [{ private_key: key, cert_chain: cert }], true);
}

server.bindAsync('127.0.0.1:0', credentials(), (error, port) => {
  if (error) throw error;
  console.log(`port ${port}`);
});
process.stdin.on('end', () => process.exit(0)).resume();
