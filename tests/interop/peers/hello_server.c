/* The server of the product brief, as its users have it; only the endpoint can be chosen. */
#include <zmq.h>

#ifndef ENDPOINT
#define ENDPOINT "tcp://*:5555"
#endif

int main(void)
{
    void *context = zmq_ctx_new();
    void *responder = zmq_socket(context, ZMQ_REP);
    zmq_bind(responder, ENDPOINT);
    while (1) {
        char buffer[10];
        zmq_recv(responder, buffer, 10, 0);
        zmq_send(responder, "World", 5, 0);
    }
}
