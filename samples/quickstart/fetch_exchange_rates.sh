#!/bin/sh
# Stands for a service that is down now and then: the first attempt fails, the second one succeeds.
# jobhost tells a command which attempt this is.
if [ "$JOBHOST_ATTEMPT" -le 1 ]; then
    echo "the exchange did not answer" >&2
    exit 1
fi
echo "1 EUR = 1.0873 USD"
