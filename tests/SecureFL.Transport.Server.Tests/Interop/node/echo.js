// What client and server share: the service of echo.proto as @grpc/grpc-js sees it.
'use strict';
const path = require('path');
const fs = require('fs');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const definition = loader.loadSync(path.join(__dirname, 'echo.proto'), { keepCase: true, longs: Number, defaults: true });
const Echo = grpc.loadPackageDefinition(definition).securefl.test.v1.Echo;

function tlsFiles(folder, role) {
  const read = (name) => fs.readFileSync(path.join(folder, name));
  return { ca: read('ca.pem'), key: read(`${role}.key`), cert: read(`${role}.pem`) };
}

module.exports = { grpc, Echo, tlsFiles };
