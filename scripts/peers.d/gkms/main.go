// gkms serves Google Cloud KMS for tests, over gRPC and REST on one port. Messages, routes and their transcoding are Google's own generated ones
// (kmspb with its google.api.http annotations, vanguard); behind them are real keys. What they leave open - states, permissions, checksums, bodies
// of errors - follows the service's documentation. The same port gives out the tokens that it takes, as Google's services do.
//
// It begins empty. Tests make keys by the API itself, as the owner, and steer the rest by JSON under /_test/ (control.go):
//
//	POST   /_test/callers    who may ask: token or service account, permissions
//	POST   /_test/faults     spoil the next answers of one method
//	GET    /_test/requests   the requests since the last DELETE of the same
//	GET    /_test/tokens     every token given out, to look for them in places where they must not be
//
// Its address is printed when it is ready:
//
//	listening on 127.0.0.1:40001
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"connectrpc.com/vanguard"
	"connectrpc.com/vanguard/vanguardgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/protobuf/encoding/protojson"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "listen address")
	owner := flag.String("owner", "owner-token", "access token of who may do everything")
	stdin := flag.Bool("stdin", false, "stop when standard input ends")
	flag.Parse()

	encoding.RegisterCodec(vanguardgrpc.NewCodec(&vanguard.JSONCodec{UnmarshalOptions: protojson.UnmarshalOptions{DiscardUnknown: true}}))
	who := newCallers(*owner)
	journal, faults := &journal{}, &faults{}
	server := grpc.NewServer(grpc.UnaryInterceptor(who.authenticate))
	kmspb.RegisterKeyManagementServiceServer(server, &service{keys: map[string]*key{}, faults: faults})
	transcoder, err := vanguardgrpc.NewTranscoder(server)
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	control(mux, who, journal, faults)
	identity(mux, who)
	mux.Handle("/", faults.before(googleErrors(withoutSystemParameters(transcoder))))

	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	if *stdin {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}()
	}
	fmt.Printf("listening on %s\n", listener.Addr())
	log.Fatal((&http.Server{Handler: journal.note(mux), Protocols: &protocols}).Serve(listener))
}
