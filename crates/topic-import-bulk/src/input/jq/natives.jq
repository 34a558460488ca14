# What an ID of Mongo, or a number or a time of its extended JSON, says.
def mongo: if isobject then ((.["$date"] // .["$numberLong"] // .["$numberInt"] // .["$numberDouble"] // .["$oid"]) | if isobject then mongo else . end) else . end;
