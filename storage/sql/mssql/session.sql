-- What each connection is told. The first seven are what filtered indexes ask of whoever writes to their table.

SET QUOTED_IDENTIFIER ON;

SET ANSI_NULLS ON;

SET ANSI_PADDING ON;

SET ANSI_WARNINGS ON;

SET ARITHABORT ON;

SET CONCAT_NULL_YIELDS_NULL ON;

SET NUMERIC_ROUNDABORT OFF;

-- After an error nothing of a transaction stays.

SET XACT_ABORT ON;

-- How many rows a statement touched is what tells us who was first.

SET NOCOUNT OFF;

SET IMPLICIT_TRANSACTIONS OFF;

SET TRANSACTION ISOLATION LEVEL READ COMMITTED;

SET LOCK_TIMEOUT ${timeout};

-- A driver's own configuration may cut long texts.

SET TEXTSIZE 2147483647;
