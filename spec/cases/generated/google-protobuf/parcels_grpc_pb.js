// Written by hand in the form of the output of grpc_node_plugin: see ../README.md.
'use strict';
var grpc = require('@grpc/grpc-js');
var parcels_pb = require('./parcels_pb.js');
var google_protobuf_timestamp_pb = require('google-protobuf/google/protobuf/timestamp_pb.js');

function serialize_parcels_v1_Parcel(arg) {
  if (!(arg instanceof parcels_pb.Parcel)) {
    throw new Error('Expected argument of type parcels.v1.Parcel');
  }
  return Buffer.from(arg.serializeBinary());
}

function deserialize_parcels_v1_Parcel(buffer_arg) {
  return parcels_pb.Parcel.deserializeBinary(new Uint8Array(buffer_arg));
}


// Parcels under way. The HTTP rules are in parcels.yaml, so that no generator has to know them.
var ParcelsService = exports.ParcelsService = {
  track: {
    path: '/parcels.v1.Parcels/Track',
    requestStream: false,
    responseStream: false,
    requestType: parcels_pb.Parcel,
    responseType: parcels_pb.Parcel,
    requestSerialize: serialize_parcels_v1_Parcel,
    requestDeserialize: deserialize_parcels_v1_Parcel,
    responseSerialize: serialize_parcels_v1_Parcel,
    responseDeserialize: deserialize_parcels_v1_Parcel,
  },
  collect: {
    path: '/parcels.v1.Parcels/Collect',
    requestStream: true,
    responseStream: false,
    requestType: parcels_pb.Parcel,
    responseType: parcels_pb.Parcel,
    requestSerialize: serialize_parcels_v1_Parcel,
    requestDeserialize: deserialize_parcels_v1_Parcel,
    responseSerialize: serialize_parcels_v1_Parcel,
    responseDeserialize: deserialize_parcels_v1_Parcel,
  },
  follow: {
    path: '/parcels.v1.Parcels/Follow',
    requestStream: false,
    responseStream: true,
    requestType: parcels_pb.Parcel,
    responseType: parcels_pb.Parcel,
    requestSerialize: serialize_parcels_v1_Parcel,
    requestDeserialize: deserialize_parcels_v1_Parcel,
    responseSerialize: serialize_parcels_v1_Parcel,
    responseDeserialize: deserialize_parcels_v1_Parcel,
  },
  exchange: {
    path: '/parcels.v1.Parcels/Exchange',
    requestStream: true,
    responseStream: true,
    requestType: parcels_pb.Parcel,
    responseType: parcels_pb.Parcel,
    requestSerialize: serialize_parcels_v1_Parcel,
    requestDeserialize: deserialize_parcels_v1_Parcel,
    responseSerialize: serialize_parcels_v1_Parcel,
    responseDeserialize: deserialize_parcels_v1_Parcel,
  },
};

exports.ParcelsClient = grpc.makeGenericClientConstructor(ParcelsService);
